"""Invented deliveries of European and Russian portals, of offices' spreadsheets, and of files that went through one."""

# ruff: noqa: E501 - a row of an invented file is a line here

import json
from datetime import datetime
from pathlib import Path

from tests.unit.ingestion.front_doors import Door, book_of, csv_of, json_of, parquet_of


def european() -> list[Door]:
    fms = "ID,Title,Detail,Category,Subcategory,Created,Confirmed,Acknowledged,Fixed,Closed,Status,Latitude,Longitude,Query,"
    fms += "Ward,Easting,Northing,Report URL,Device Type,Site Used,Reported As"
    paris = "ID DECLARATION;TYPE DECLARATION;SOUS TYPE DECLARATION;ADRESSE;CODE POSTAL;VILLE;ARRONDISSEMENT;DATE DECLARATION;"
    paris += "geo_point_2d"
    decidim = (
        "id;category/name/de;title/de;body/de;address;latitude;longitude;state;answer/de;answered_at;published_at;"
    )
    decidim += "endorsements/total_count;url"
    return [
        Door(
            "FixMyStreet CSV", "fms.csv",
            csv_of(
                fms,
                "501,Blocked drain,The drain by number 5 is blocked again,Drainage,,2026-09-02T10:00:00,2026-09-02T10:05:00,"
                "2026-09-03T09:00:00,2026-09-05T12:00:00,,Fixed - Council,51.5,-0.1,,Central,530000,180000,"
                "https://fms.example.org/report/501,desktop,FixMyStreet,",
                "502,Pothole,Deep pothole in the cycle lane,Roads,,2026-09-04T10:00:00,2026-09-04T10:05:00,,,"
                "2026-09-06T12:00:00,Closed,51.6,-0.2,,North,530100,180100,https://fms.example.org/report/502,mobile,FixMyStreet,",
            ),
            {"post": 2, "case_event": 3},
            {"post": {"source_post_id": "501", "posted_at": "2026-09-02 10:00:00+00", "declared_group": "Drainage",
                      "text": "Blocked drain The drain by number 5 is blocked again", "lat": "51.5", "lon": "-0.1",
                      "declared_district": "Central", "url": "https://fms.example.org/report/501"},
             "case_event": {"event_kind": "claimed_fixed", "event_at": "2026-09-05 12:00:00+00"}},
        ),
        Door(
            "Mängelmelder, Latin-1", "melder.csv",
            csv_of(
                "Meldungs-ID;Erstellt am;Kategorie;Beschreibung;Straße;Hausnummer;Breitengrad;Längengrad;Status",
                "9001;02.09.2026 10:30;Straßenbeleuchtung;Die Laterne fällt ständig aus;Königsallee;5;51,2217;6,7762;offen",
                "9002;13.09.2026 11:00;Müll;Wilder Müll hinter dem Spielplatz, bitte räumen;Görresstraße;7;51,2300;6,7800;gelöst",
                encoding="iso-8859-1", end="\r\n",
            ),
            {"post": 2},
            {"post": {"source_post_id": "9001", "posted_at": "2026-09-02 10:30:00+00", "lat": "51.2217", "lon": "6.7762",
                      "text": "Die Laterne fällt ständig aus", "place_text": "Königsallee 5",
                      "declared_group": "Straßenbeleuchtung"}},
            told="encoding: ",
        ),
        Door(
            "Mängelmelder with the end of a case", "melder2.csv",
            csv_of(
                "Vorgangsnummer;Eingangsdatum;Betreff;Nachricht;Stadtteil;Zuständigkeit;Bearbeitungsstatus;Erledigt am;Antwort",
                "2026-17;02.09.26;Laterne;Laterne defekt seit Montag;Nord;Tiefbauamt;Erledigt;05.09.26;Die Laterne wurde repariert.",
                "2026-18;03.09.26;Müll;Müll liegt am Bach;Süd;Ordnungsamt;In Bearbeitung;;",
            ),
            {"post": 2, "case_event": 2},
            {"post": {"source_post_id": "2026-17", "posted_at": "2026-09-02 00:00:00+00", "declared_district": "Nord",
                      "declared_authority": "Tiefbauamt"},
             "case_event": {"event_kind": "reply", "text": "Die Laterne wurde repariert."}},
        ),
        Door(
            "Berlin's Ordnungsamt JSON", "ordnungsamt.json",
            json_of({"messages": {"messages": [], "success": True}, "results": {"count": 2}, "index": [
                {"id": 7, "meldungsNummer": "7/2026", "betreff": "Abfall - Sperrmüll", "sachverhalt":
                 "Alte Möbel liegen seit Tagen auf dem Gehweg", "erstellungsDatum": "02.09.2026 - 10:30:00",
                 "bezirk": "Mitte", "strasse": "Müllerstr.", "hausNummer": "5", "status": "in Bearbeitung"},
                {"id": 8, "meldungsNummer": "8/2026", "betreff": "Parken", "sachverhalt": "Autos parken auf dem Radweg",
                 "erstellungsDatum": "13.09.2026 - 11:00:00", "bezirk": "Pankow", "strasse": "Berliner Str.",
                 "hausNummer": "7", "status": "erledigt"},
            ]}),
            {"post": 2},
            {"post": {"source_post_id": "7", "posted_at": "2026-09-02 10:30:00+00", "declared_district": "Mitte",
                      "place_text": "Müllerstr. 5"}},
        ),
        Door(
            "Paris, Dans ma rue", "paris.csv",
            csv_of(
                paris,
                '101;Objets abandonnés;Meubles;"5 rue de la Paix, 75002 Paris";75002;Paris;2;2026-09-02;48.86, 2.33',
                '102;Graffitis;Mur;"7 rue de la Paix, 75002 Paris";75002;Paris;2;2026-09-03;48.87, 2.34',
            ),
            {"post": 2},
            {"post": {"source_post_id": "101", "posted_at": "2026-09-02 00:00:00+00", "lat": "48.86", "lon": "2.33",
                      "declared_municipality": "Paris"}},
            told="stand for them",
        ),
        Door(
            "Decidim proposals", "decidim.csv",
            csv_of(
                decidim,
                "31;Verkehr;Radweg;\"<p>Ein Radweg &amp; sichere Kreuzungen bitte</p>\";Hauptstr. 5;51.1;6.1;accepted;"
                "<p>Wird gebaut.</p>;2026-09-20 10:00:00 +0200;2026-09-02 10:00:00 +0200;12;https://d.example.org/31",
                "32;Grün;Bäume;<p>Mehr Bäume am Markt</p>;;;;;;;2026-09-03 10:00:00 +0200;3;https://d.example.org/32",
            ),
            {"post": 2, "case_event": 1},
            {"post": {"source_post_id": "31", "posted_at": "2026-09-02 08:00:00+00", "reactions": "12", "lat": "51.1",
                      "text": "Ein Radweg & sichere Kreuzungen bitte"},
             "case_event": {"event_kind": "reply", "text": "Wird gebaut.", "event_at": "2026-09-20 08:00:00+00"}},
            told="HTML",
        ),
        Door(
            "Madrid-like", "avisos.csv",
            csv_of(
                "Número;Fecha de creación;Descripción;Categoría;Barrio;Latitud;Longitud;Estado;Fecha de cierre",
                "1;02/09/2026 10:30;Bache enorme en la calzada;Aceras y calzadas;Sol;40,41;-3,70;Cerrado;05/09/2026 12:00",
                "2;13/09/2026 11:00;Farola apagada toda la noche;Alumbrado;Sol;40,42;-3,71;Abierto;",
                encoding="windows-1252",
            ),
            {"post": 2, "case_event": 1},
            {"post": {"source_post_id": "1", "posted_at": "2026-09-02 10:30:00+00", "lat": "40.41", "declared_district": "Sol",
                      "text": "Bache enorme en la calzada"},
             "case_event": {"event_kind": "closed", "event_at": "2026-09-05 12:00:00+00"}},
        ),
        Door(
            "GeoJSON of a city", "reports.geojson",
            json_of({"type": "FeatureCollection", "features": [
                {"type": "Feature", "geometry": {"type": "Point", "coordinates": [6.1, 51.1]},
                 "properties": {"id": 41, "created": "2026-09-02T10:00:00Z", "description": "Loch in der Straße",
                                "category": "Straße"}},
                {"type": "Feature", "geometry": {"type": "Point", "coordinates": [6.2, 51.2]},
                 "properties": {"id": 42, "created": "2026-09-03T10:00:00Z", "description": "Ampel ist kaputt",
                                "category": "Verkehr"}},
            ]}, 1),
            {"post": 2},
            {"post": {"source_post_id": "41", "posted_at": "2026-09-02 10:00:00+00", "lat": "51.1", "lon": "6.1",
                      "text": "Loch in der Straße", "declared_group": "Straße"}},
        ),
    ]  # fmt: skip


def russian() -> list[Door]:
    city = "Номер обращения;Дата создания;Категория;Тема обращения;Текст обращения;Адрес;Район;Статус;Срок исполнения;"
    city += "Исполнитель;Дата ответа;Текст ответа;Широта;Долгота"
    hotline = ["№ п/п", "Дата", "Время", "ФИО", "Телефон", "Адрес", "Суть вопроса", "Исполнитель"]
    months = {
        month: [["Номер", "Дата", "Автор", "Текст"], *rows]
        for month, rows in {
            "Август": [[1, datetime.fromisoformat("2026-08-01T10:30:00"), "u1", "Яма у дома семь"]],
            "Сентябрь": [[2, datetime.fromisoformat("2026-09-01T11:30:00"), "u2", "Нет воды второй день"]],
        }.items()
    }
    return [
        Door(
            "«Наш город»-like", "города.csv",
            csv_of(
                city,
                "П-1;02.09.2026 10:30;Дороги;Яма;На дороге яма у школы;ул. Садовая, 5;Самарский;Решено;10.09.2026;Горсвет;"
                "05.09.2026 12:00;Уважаемый житель! Яма заделана.;53,2;50,1",
                "П-2;03.09.2026 11:30;Двор;Освещение;Во дворе темно;ул. Мира, 7;Ленинский;В работе;11.09.2026;ЖКС;;;53,3;50,2",
                encoding="windows-1251", end="\r\n",
            ),
            {"post": 2, "case_event": 3},
            {"post": {"source_post_id": "П-1", "posted_at": "2026-09-02 10:30:00+00", "text": "На дороге яма у школы",
                      "lat": "53.2", "lon": "50.1", "declared_group": "Дороги", "declared_topic": "Яма",
                      "declared_district": "Самарский", "declared_authority": "Горсвет", "channel": "portal"},
             "case_event": {"event_kind": "reply", "event_at": "2026-09-05 12:00:00+00",
                            "text": "Уважаемый житель! Яма заделана."}},
        ),
        Door(
            "hotline sheet under a title", "линия.xlsx",
            book_of({"Лист1": [
                ["Журнал обращений за сентябрь"], [], hotline,
                [1, datetime.fromisoformat("2026-09-02T00:00:00"), "10:30", "Иванов И. И.", "+7 900 000-00-01", "Мира, 5",
                 "Нет отопления в доме", "УК Север"],
                [2, datetime.fromisoformat("2026-09-03T00:00:00"), "11:40", "Петров П. П.", "+7 900 000-00-02", "Мира, 7",
                 "Течёт крыша после дождя", "УК Юг"],
            ]}, merged=["A1:H1"]),
            {"post": 2},
            {"post": {"source_post_id": "1", "posted_at": "2026-09-02 10:30:00+00", "text": "Нет отопления в доме",
                      "place_text": "Мира, 5", "declared_authority": "УК Север"}},
            told="the time of day is that of Время",
        ),
        Door("months on sheets", "месяцы.xlsx", book_of(months), {"post": 2},
             {"post": {"source_post_id": "2", "posted_at": "2026-09-01 11:30:00+00"}}, told="read as one table"),
        Door("months and a summary", "итоги.xlsx", book_of({"Сводка": [["Всего", "Из них"], [2, 1]], **months}), {"post": 2},
             {"post": {"source_post_id": "1"}}, told="not read, since they have other columns: Сводка"),
        Door(
            "names over two rows", "две.xlsx",
            book_of({"Л": [
                ["Номер", "Заявка", None, "Исполнитель"], [None, "дата", "текст", None],
                [1, "02.09.2026", "Сломан лифт в подъезде", "УК"], [2, "03.09.2026", "Не вывозят мусор", "УК"],
            ]}, merged=["B1:C1"]),
            {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 00:00:00+00"}},
        ),
        Door(
            "answers of a form", "ответы.csv",
            csv_of(
                "Отметка времени,Электронная почта,Опишите проблему,Адрес проблемы",
                '02.09.2026 10:30:15,a@example.org,"Нет горячей воды, третий день подряд","Мира, 5"',
                '03.09.2026 11:30:15,b@example.org,"Лавочка во дворе сломана, дети падают","Мира, 7"',
            ),
            {"post": 2},
            {"post": {"posted_at": "2026-09-02 10:30:15+00", "text": "Нет горячей воды, третий день подряд",
                      "place_text": "Мира, 5"}},
        ),
        Door(
            "cases with their events", "cases.jsonl",
            "\n".join(
                json.dumps({"id": n, "created_at": "2026-09-01T10:00:00", "author": f"u{n}", "category": "Двор",
                            "events": [{"kind": "petition", "at": "2026-09-01T10:00:00", "text": "во дворе темно"},
                                       {"kind": "answer", "at": "2026-09-03T10:00:00", "text": "починим"}]},
                           ensure_ascii=False)
                for n in (1, 2)
            ).encode(),
            {"post": 2, "case_event": 4},
            {"post": {"source_post_id": "1", "text": "во дворе темно"}, "case_event": {"event_kind": "reply", "text": "починим"}},
        ),
        Door(
            "comments scraped from several networks", "посты.csv",
            csv_of(
                "id поста;Источник;Автор;Дата публикации;Текст;Ссылка;Лайки",
                "vk1;ВКонтакте;ivan;1 сентября 2026 10:30;Опять яма на Садовой;https://vk.com/wall1;3",
                "tg2;Телеграм;olga;2 сентября 2026 11:30;Нет света в доме;https://t.me/x/2;4",
            ),
            {"post": 2},
            {"post": {"source_post_id": "tg2", "channel": "telegram", "posted_at": "2026-09-02 11:30:00+00", "reactions": "4"}},
            told="guessed from the words of Источник",
        ),
        Door(
            "internal mail as a table", "почта.csv",
            csv_of(
                "message_id;Дата отправки;От кого;Кому;Тема письма",
                "1;01.09.2026 10:00;a@example.org;b@example.org,c@example.org;отпуск",
                "2;02.09.2026 10:00;b@example.org;a@example.org;смета",
            ),
            {"message": 2}, {"message": {"source_message_id": "2", "sent_at": "2026-09-02 10:00:00+00"}},
        ),
        Door(
            "staff directory", "штат.xlsx",
            book_of({"Штат": [["Табельный номер", "Логин", "Эл. почта", "Подразделение", "Должность"],
                              [7, "ivan", "ivan@example.org", "Дороги", "мастер"]]}),
            {"person": 1}, {"person": {"source_person_id": "7", "department": "Дороги", "title": "мастер"}},
        ),
    ]  # fmt: skip


def mangled(folder: Path) -> list[Door]:
    """What dialects, encodings and spreadsheets do to a table."""
    plain = "id,date,author,text"
    typed = "select 1 as id, timestamptz '2026-09-02 10:00:00+00' as created_at, 'Яма у дома' as text"
    daily = "Unique Key,Created Date,Complaint Type,Descriptor,Status,Closed Date"
    return [
        Door("line ends of two kinds", "ends.csv",
             f'{plain}\n1,2026-09-02 10:00,a,"Яма, двор"\n2,2026-09-02 11:00,b,Свет в доме\r\n3,2026-09-02 12:00,b,Вода\n'.encode(),
             {"post": 3}, {"post": {"source_post_id": "1", "text": "Яма, двор"}}),
        Door("a dump of MySQL", "dump.csv",
             (plain + '\n1,"2026-09-02 10:00:00",\\N,"Кафе \\"Ромашка\\" шумит"\n2,"2026-09-03 10:00:00",b,"Нет света"\n').encode(),
             {"post": 2}, {"post": {"source_post_id": "1", "text": 'Кафе "Ромашка" шумит'}}),
        Door("tabs in cp866", "dos.txt",
             csv_of("Номер\tДата\tТекст", "1\t02.09.2026\tНа улице яма и лужа", "2\t13.09.2026\tТемно во дворе", encoding="cp866"),
             {"post": 2}, {"post": {"source_post_id": "1", "text": "На улице яма и лужа"}}, told="encoding: "),
        Door("Unicode text of Excel", "юникод.txt",
             csv_of("Номер\tДата\tТекст", "1\t02.09.2026\tНа улице яма", "2\t13.09.2026\tТемно во дворе", encoding="utf-16", end="\r\n"),
             {"post": 2}, {"post": {"source_post_id": "2", "text": "Темно во дворе"}}),
        Door("sep= and semicolons", "sep.csv", csv_of("sep=;", "id;date;text", "1;02.09.26 9:05;Яма у дома", "2;13.09.26 9:05;Нет воды"),
             {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 09:05:00+00"}}),
        Door("names that stand twice or not at all", "twice.csv",
             csv_of("id,date,author,text,text,", "1,2026-09-02 10:00,ivan,Яма у дома,ответ,", "2,2026-09-02 11:00,olga,Нет воды,ответ,"),
             {"post": 2}, {"post": {"text": "Яма у дома"}}, told="text_1"),
        Door("HTML in the words", "html.csv", csv_of(plain, '1,2026-09-02 10:00,ivan,"<p>Темно &amp; страшно<br>фонарь &laquo;умер&raquo;</p>"'),
             {"post": 1}, {"post": {"text": "Темно & страшно фонарь «умер»"}}, told="HTML"),
        Door("ids that a spreadsheet rounded", "ids.csv",
             csv_of(plain, "1.58283E+18,2026-09-02 10:00,u1,Яма у дома", "1.58283E+18,2026-09-02 11:00,u2,Нет воды"),
             {"post": 2}, {"post": {"text": "Нет воды"}}, told="is no id any more"),
        Door("days before months, and nothing that tells", "open.csv",
             csv_of("id,created,text", "1,02/09/2026 01:10,Pothole near the bus stop", "2,03/10/2026 23:20,Street light out again"),
             {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 01:10:00+00"}}, told="nothing tells day from month"),
        Door("months before days, and nothing that tells", "open2.csv",
             csv_of("id,created,text", "1,09/02/2026 01:10,Pothole near the bus stop", "2,10/03/2026 23:20,Street light out again"),
             {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 01:10:00+00"}},
             told="nothing tells day from month", misread=("posted_at",)),
        Door("serial days of a spreadsheet", "serial.csv", csv_of("id,date,text", "1,46267.4375,Яма у дома", "2,46268.5,Нет воды"),
             {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 10:30:00+00"}}, told="as a spreadsheet counts"),
        Door("milliseconds", "ms.jsonl", b'{"id": 1, "createdAt": 1788345000000, "text": "Pothole at the corner"}\n{"id": 2, "createdAt": 1788345060000, "text": "No water"}\n',
             {"post": 2}, {"post": {"source_post_id": "1", "posted_at": "2026-09-02 10:30:00+00"}}),
        Door("Parquet", "p.parquet", parquet_of(typed, folder), {"post": 1}, {"post": {"posted_at": "2026-09-02 10:00:00+00"}}),
        Door("groups with their posts inside", "groups.json",
             json_of({"group": "Двор", "posts": [{"id": 1, "date": "2026-09-02T10:00:00Z", "text": "Яма у дома"},
                                                 {"id": 2, "date": "2026-09-02T11:00:00Z", "text": "Нет воды"}]}, 2),
             {"post": 2}, {"post": {"source_post_id": "2", "text": "Нет воды"}}),
        Door("pages one a line", "pages.ndjson",
             b'{"page": 1, "results": [{"id": 1, "created": "2026-09-02T10:00:00Z", "body": "Pothole at 5"}]}\n'
             b'{"page": 2, "results": [{"id": 2, "created": "2026-09-02T11:00:00Z", "body": "No water"}]}\n',
             {"post": 2}, {"post": {"source_post_id": "2", "text": "No water"}}),
        Door("a folder of days", "days",
             {"06.csv": csv_of(daily, "1,09/02/2026 01:10:00 AM,Noise,Music,Open,", "2,09/13/2026 01:10:00 AM,Noise,Bang,Open,"),
              "07.csv": csv_of(daily, "1,09/02/2026 01:10:00 AM,Noise,Music,Closed,09/06/2026 01:00:00 PM", "2,09/13/2026 01:10:00 AM,Noise,Bang,Open,")},
             {"post": 2, "case_event": 1}, {"post": {"source_post_id": "1", "text": "Noise: Music"}, "case_event": {"event_kind": "closed"}}),
    ]  # fmt: skip
