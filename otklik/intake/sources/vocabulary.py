"""The words people use for our fields: Russian, English, German, French and Spanish, and what words of a status mean.

Data first, so that a synonym is added by adding a word. Names are compared as `columns.plain` writes them. A role is
asked for by its synonyms in their order, then by its pattern; which column becomes which field is `guessing.py`.
"""

import re

SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "post id", "message id", "unique key", "case enquiry id", "case id", "caseid", "request id",
        "service request id", "service request number", "sr number", "номер обращения", "id обращения",
        "номер заявки", "id заявки", "регистрационный номер", "рег номер", "номер инцидента", "meldungs id",
        "meldungsnummer", "vorgangsnummer", "vorgangs id", "ticket", "ticket id", "ticket number", "report id",
        "issue id", "reference", "номер", "№", "№ п п", "код", "number", "nummer", "numero", "número", "numéro",
        "folio", "uid", "guid", "uuid", "objectid", "identifiant", "identificador", "lfd nr", "nr",
    ),
    "text": (
        "text", "message", "body", "content", "words", "description", "текст", "сообщение", "текст обращения",
        "текст сообщения", "текст инцидента", "содержание обращения", "суть обращения", "описание", "содержание",
        "суть", "суть вопроса", "что случилось", "текст проблемы", "проблема", "комментарий", "comment", "comments",
        "обращение", "вопрос", "жалоба", "beschreibung", "sachverhalt", "meldungstext", "nachricht", "anliegen",
        "hinweis", "details", "detail", "request details", "complaint", "complaint description", "issue description",
        "descripcion", "descripción", "texte", "commentaire", "descrição", "descricao", "proposal", "summary",
    ),
    "title": (
        "title", "case title", "subject", "headline", "заголовок", "название", "titel", "betreff", "titre", "objet",
        "titulo", "título", "asunto",
    ),
    "author": (
        "author", "user", "username", "user name", "from id", "owner id", "автор", "заявитель", "пользователь",
        "логин", "author id", "user id", "account", "reporter", "reported by", "requester", "requestor", "melder",
        "auteur", "autor", "solicitante", "usuario", "автор id", "id автора", "author name",
    ),
    "contact": (
        "email", "e mail", "почта", "эл почта", "электронная почта", "phone", "телефон", "номер телефона",
        "контактный телефон", "телефон заявителя", "telefon", "telephone", "téléphone", "telefono", "teléfono",
        "заявитель телефон", "fio", "фио", "фио заявителя", "ф и о", "заявитель фио", "имя", "name of reporter",
    ),
    "parent": (
        "parent id", "parent post id", "reply to", "reply to message id", "in reply to", "ответ на", "родитель",
    ),
    "thread": ("thread id", "conversation id", "topic id", "тред", "обсуждение", "цепочка"),
    "url": ("url", "link", "ссылка", "адрес страницы", "permalink", "html url", "lien", "enlace"),
    "lat": (
        "lat", "latitude", "широта", "breitengrad", "breite", "latitud", "geo lat", "lat wgs84", "координата широта",
        "y",
    ),
    "lon": (
        "lon", "lng", "long", "longitude", "долгота", "längengrad", "laengengrad", "länge", "longitud", "geo lon",
        "geo lng", "lon wgs84", "координата долгота", "x",
    ),
    "point": (
        "location", "point", "geom", "the geom", "coordinates", "geolocation", "координаты", "koordinaten",
        "coordenadas", "coordonnées", "geo point 2d", "geo point", "location 1", "georeferencia", "position",
        "lat lon", "lat long",
    ),
    "place": (
        "incident address", "street address", "address", "адрес", "адрес проблемы", "адрес объекта",
        "место происшествия", "place", "место", "location", "address string", "full address", "straße", "strasse",
        "adresse", "standort", "ort", "location street name", "location description", "street name", "dirección",
        "direccion", "улица", "street", "rue", "calle", "endereço", "address line",
    ),
    "house": (
        "дом", "номер дома", "№ дома", "hausnummer", "haus nummer", "hausnr", "house number", "house",
        "street number", "numero de rue",
    ),
    "municipality": (
        "municipality", "муниципалитет", "муниципальное образование", "мо", "город", "населенный пункт", "city",
        "город округ", "gemeinde", "stadt", "commune", "ville", "municipio", "town", "ciudad",
    ),
    "district": (
        "district", "район", "микрорайон", "округ", "административный округ", "borough", "neighborhood",
        "neighbourhood", "neighborhoods sffind boundaries", "analysis neighborhood", "ward", "stadtteil",
        "stadtbezirk", "bezirk", "ortsteil", "quartier", "arrondissement", "distrito", "barrio", "bairro",
        "council district", "supervisor district", "community area",
    ),
    "group": (
        "group", "category", "категория", "группа тем", "группа", "рубрика", "сфера", "вид обращения", "kategorie",
        "hauptkategorie", "categorie", "catégorie", "categoria", "categoría", "service name", "complaint type",
        "request type", "service request type", "sr type", "issue type", "problem type", "case type",
        "тип обращения", "вид проблемы", "problema", "type", "тип", "art", "tipo", "категория проблемы",
        "тип проблемы", "раздел",
    ),
    "topic": (
        "topic", "reason", "тема", "тема обращения", "причина", "подкатегория", "подтема", "subcategory",
        "sub category", "unterkategorie", "descriptor", "subtype", "request subtype", "sous categorie",
        "subcategoria", "subcategoría", "под тема", "вид работ",
    ),
    "authority": (
        "executor", "authority", "исполнитель", "ответственный", "ответственный исполнитель", "орган власти",
        "agency", "agency responsible", "responsible agency", "agency name", "ведомство", "организация",
        "ответственная организация", "управляющая компания", "zuständigkeit", "zustaendigkeit", "zuständige stelle",
        "amt", "owner department", "department", "dept", "owner", "assigned to", "departamento", "dependencia",
        "service", "body", "bodies", "responsible body", "organization", "organisation",
    ),
    "status": (
        "status", "статус", "состояние", "статус обращения", "case status", "request status", "status description",
        "bearbeitungsstatus", "stand", "statut", "état", "etat", "estado", "situação", "state", "issue status",
    ),
    "reply_text": (
        "ответ", "текст ответа", "ответ органа власти", "результат рассмотрения", "принятые меры", "меры",
        "комментарий исполнителя",
        "результат", "решение", "reply", "reply text", "answer", "answer text", "response", "agency response",
        "resolution description", "resolution", "resolution notes", "closure reason", "status notes",
        "closing comment", "antwort", "rückmeldung", "rueckmeldung", "stellungnahme", "réponse", "reponse",
        "respuesta", "resposta",
    ),
    "reactions": (
        "likes", "reactions", "лайки", "реакции", "like count", "votes", "upvotes", "supporters", "голоса", "votos",
        "unterstützer", "endorsements", "supports",
    ),
    "channel": (
        "channel", "network", "канал", "сеть", "источник", "соцсеть", "source", "open data channel type", "origin",
        "канал поступления", "способ подачи", "eingangskanal", "meldeweg", "method received", "source of request",
    ),
    "sender": ("sender", "from", "от", "отправитель", "от кого", "sender address", "von", "absender"),
    "recipients": (
        "recipients", "to", "кому", "получатели", "получатель", "recipient address", "recipient", "an", "empfänger",
    ),
    "subject": ("subject", "тема", "тема письма", "message subject", "betreff"),
    "size": ("size", "размер", "total bytes", "bytes"),
    "accounts": (
        "accounts", "email", "e mail", "mail", "login", "логин", "почта", "эл почта", "доп почта", "employee",
        "учетная запись", "username",
    ),
    "person_id": ("person id", "employee id", "табельный номер", "employee", "id", "код"),
    "department": ("department", "подразделение", "департамент", "управление"),
    "unit": ("unit", "отдел", "group", "сектор"),
    "job": ("title", "должность", "position", "job title"),
    "manager": ("manager", "руководитель", "начальник", "head"),
    "valid_from": ("valid from", "действует с", "дата приема", "hired at"),
    "valid_to": ("valid to", "действует по", "дата увольнения"),
    "place_code": ("oktmo", "октмо", "код", "code", "municipality id"),
    "place_name": (
        "municipality", "муниципалитет", "name", "название", "наименование", "short name", "municipality short",
    ),
    "region": ("region", "регион", "субъект", "субъект рф"),
    "kind": ("kind", "type", "вид", "тип"),
    "centre": ("centre", "center", "центр", "административный центр"),
    "population": ("population", "население", "численность"),
}  # fmt: skip

# by which a column is known that no synonym names, such as a question of a form
PATTERNS: dict[str, str] = {
    "text": r"^(опишите|расскажите|describe|what|décrivez|describa|beschreiben)|\b(описание|суть|текст|жалоба|вопрос)\b"
    r"|\b(description|beschreibung|schilderung|descripción|descripcion|narrative|words|message)\b",
    "title": r"\b(title|betreff|заголовок)$",
    "author": r"^(reporter|author|requester|user|sender|from|заявитель|автор)\b|\b(username|user id|author id)$",
    "contact": r"\b(e ?mail|почта|телефон|phone|фио)\b",
    "url": r"\b(report|case|issue|post|page)? ?(url|link|ссылка)$",
    "place": r"^(где|where|wo)\b|\b(адрес|address|adresse|dirección|место)\b",
    "district": r"\b(район|district|borough|stadtteil|bezirk|neighbou?rhood)\b",
    "group": r"^(type|category|categor\w+|kategorie|catégorie|категория|тип|вид)\b"
    r"|\b(category|kategorie|type|категория)$",
    "topic": r"^(sous|sub|unter)|\b(подкатегория|subtype|subcategory|тема)\b",
    "authority": r"\b(исполнитель|ответственный|zuständig\w*|responsible|responsable|department|agency)\b",
    "status": r"\b(status|статус|состояние)\b",
    "reply_text": r"\b(ответ|answer|reply|response|antwort|réponse|respuesta|resolution)\b"
    r"(?!.*\b(at|date|дата|id|by)\b)",
    "lat": r"^(lat|latitude|широта|breitengrad)\b",
    "lon": r"^(lon|lng|longitude|долгота|längengrad)\b",
    "reactions": r"^(endorsements?|votes?|likes?|supports?|upvotes?|голос\w*|лайк\w*)\b",
    "channel": r"\b(источник|соцсеть|social network|channel)\b",
}

# What a column of instants is the time of; the first that fits. What none fits may be the time of the post.
TIMES: tuple[tuple[str, str], ...] = (
    (
        "reply",
        r"\b(дат\w*|время|когда) (и время )?(ответа|отве[тч]\w*)|ответ дан|дан ответ|repl(y|ied)"
        r"|answer|respon[ds]e?d?\b|antwort|réponse|respuesta|resolution action",
    ),
    (
        "due",
        r"\bdue\b|target|deadline|\bsla\b|expected|expect|срок|контрольн|frist|fällig|échéance"
        r"|vencimiento|limite",
    ),
    (
        "closed",
        r"clos|complet|resol|fixed|finish|закры|заверш|выполн|решен|устран|исполнен|\bисп\b|erledigt"
        r"|abgeschlossen|geschlossen|behoben|clôtur|clotur|fermet|cerrad|cierre|fechament|conclu",
    ),
    ("updated", r"updat|modif|confirm|chang|last|обнов|измен|редакт|geändert|aktualis|mise à jour|actualiz"),
    (
        "accepted",
        r"assign|acknowledg|accept|whensent|when sent|принят\w* в работу|назнач|передан"
        r"|zugewiesen|affect|asignad",
    ),
    ("from_to", r"birth|рожд|geburt|valid|expire|expiry|действ"),
)

# names of the time a post was written, best first
CREATED: tuple[str, ...] = (
    (
        r"^(posted|created|sent|published|submitted|reported|opened|requested|received|registered) ?(at"
        r"|on|date|datetime|time|dt)?$"
    ),
    r"creat|open|submi|report|publish|post|request|receiv|receipt|sent|filed|logged|registr|confirmed",
    r"создан|подач|поступ|обращен|регистр|зарегистр|публикац|отправ|заявк|приема|приёма",
    (
        r"erstellt|eingang|eingegangen|gemeldet|meldedatum|erfasst|création|creation|dépôt|depot|signal"
        r"|creaci|registro|solicitud|abertura|criaç"
    ),
    r"^(date|time|datetime|timestamp|дата|время|дата и время|datum|zeitpunkt|fecha|data|day|ts)\b",
)

# what a status or kind of a nested event says, by the beginning of a word in it; the first that fits
_EVENT_WORDS: tuple[tuple[str, str], ...] = (
    ("не удовлетвор|не подтвержд|unsatisf|refut", "refuted"),
    ("проект ответ|черновик|draft", "reply_drafted"),
    ("ответ согласов|согласован|approved", "reply_approved"),
    ("промежуточн|interim", "interim_reply"),
    ("удовлетвор|подтвер|confirm", "confirmed"),
    ("уточн|clarif", "clarification_requested"),
    ("переадрес|перенаправ|route|forward|weitergeleitet", "rerouted"),
    ("возобнов|повторн|reopen", "reopened"),
    (
        "автоматич|закры|заверш|closed|archiv|geschlossen|abgeschlossen|erledigt|cerrad|clôtur|clotur",
        "closed",
    ),
    (
        "fixed|repaired|устранен|выполнен|gelöst|behoben|completed|resuelt|résolu|resolu|resolved",
        "claimed_fixed",
    ),
    ("ответ|answer|reply|response|решен", "reply"),
    (
        "рассмотр|в работ|принят|accept|progress|review|acknowledg|assigned|in bearbeitung|en cours|en proceso",
        "accepted",
    ),
    (
        "модерац|зарегистр|поступ|новое|новая|новый|petition|received|created|open"
        "|submitted|new|neu|gemeldet|nouveau|nuev",
        "received",
    ),
)

# which of our channels a source's word for one means
CHANNEL_WORDS: tuple[tuple[str, str], ...] = (
    ("vk", r"\bvk\b|\bвк\b|vkontakte|вконтакте"),
    ("ok", r"\bok\b|\bок\b|odnoklassniki|одноклассники"),
    ("telegram", r"telegram|телеграм|\btg\b|\bтг\b"),
    ("instagram", r"instagram|инстаграм"),
    ("facebook", r"facebook|фейсбук|\bfb\b"),
    ("x", r"^x$|twitter|твиттер"),
    ("mail", r"e ?mail|mail|почта|письмо|courriel|correo"),
    (
        "portal",
        r"portal|портал|online|web|site|сайт|app|mobile|прилож|phone|телефон|звонок|call"
        r"|горячая линия|hotline|311|ios|android|internet",
    ),
)


def event_kind_of(label: str) -> str | None:
    """The kind of event that a source's label seems to mean; None when no word of it is known."""
    lowered = label.lower().replace("ё", "е")
    return next((kind for words, kind in _EVENT_WORDS if re.search(rf"\b(?:{words})", lowered)), None)


def channel_of(label: str) -> str:
    """The channel that a source's word seems to mean; `other` when it is none we know."""
    lowered = label.lower().replace("ё", "е")
    return next((channel for channel, words in CHANNEL_WORDS if re.search(words, lowered)), "other")


def time_role(label: str) -> str | None:
    """What a column of instants is the time of, by its name; None where it may be that of the post."""
    return next((role for role, words in TIMES if re.search(words, label)), None)
