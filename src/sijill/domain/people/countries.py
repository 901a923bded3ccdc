"""Countries as ISO 3166-1 alpha-2 codes, and the words by which lists name them in English, Arabic and Sorani. Pure."""

from sijill.domain.people.spelling import compact

ISO_3166 = frozenset(
    [
        "AD",
        "AE",
        "AF",
        "AG",
        "AI",
        "AL",
        "AM",
        "AO",
        "AQ",
        "AR",
        "AS",
        "AT",
        "AU",
        "AW",
        "AX",
        "AZ",
        "BA",
        "BB",
        "BD",
        "BE",
        "BF",
        "BG",
        "BH",
        "BI",
        "BJ",
        "BL",
        "BM",
        "BN",
        "BO",
        "BQ",
        "BR",
        "BS",
        "BT",
        "BV",
        "BW",
        "BY",
        "BZ",
        "CA",
        "CC",
        "CD",
        "CF",
        "CG",
        "CH",
        "CI",
        "CK",
        "CL",
        "CM",
        "CN",
        "CO",
        "CR",
        "CU",
        "CV",
        "CW",
        "CX",
        "CY",
        "CZ",
        "DE",
        "DJ",
        "DK",
        "DM",
        "DO",
        "DZ",
        "EC",
        "EE",
        "EG",
        "EH",
        "ER",
        "ES",
        "ET",
        "FI",
        "FJ",
        "FK",
        "FM",
        "FO",
        "FR",
        "GA",
        "GB",
        "GD",
        "GE",
        "GF",
        "GG",
        "GH",
        "GI",
        "GL",
        "GM",
        "GN",
        "GP",
        "GQ",
        "GR",
        "GS",
        "GT",
        "GU",
        "GW",
        "GY",
        "HK",
        "HM",
        "HN",
        "HR",
        "HT",
        "HU",
        "ID",
        "IE",
        "IL",
        "IM",
        "IN",
        "IO",
        "IQ",
        "IR",
        "IS",
        "IT",
        "JE",
        "JM",
        "JO",
        "JP",
        "KE",
        "KG",
        "KH",
        "KI",
        "KM",
        "KN",
        "KP",
        "KR",
        "KW",
        "KY",
        "KZ",
        "LA",
        "LB",
        "LC",
        "LI",
        "LK",
        "LR",
        "LS",
        "LT",
        "LU",
        "LV",
        "LY",
        "MA",
        "MC",
        "MD",
        "ME",
        "MF",
        "MG",
        "MH",
        "MK",
        "ML",
        "MM",
        "MN",
        "MO",
        "MP",
        "MQ",
        "MR",
        "MS",
        "MT",
        "MU",
        "MV",
        "MW",
        "MX",
        "MY",
        "MZ",
        "NA",
        "NC",
        "NE",
        "NF",
        "NG",
        "NI",
        "NL",
        "NO",
        "NP",
        "NR",
        "NU",
        "NZ",
        "OM",
        "PA",
        "PE",
        "PF",
        "PG",
        "PH",
        "PK",
        "PL",
        "PM",
        "PN",
        "PR",
        "PS",
        "PT",
        "PW",
        "PY",
        "QA",
        "RE",
        "RO",
        "RS",
        "RU",
        "RW",
        "SA",
        "SB",
        "SC",
        "SD",
        "SE",
        "SG",
        "SH",
        "SI",
        "SJ",
        "SK",
        "SL",
        "SM",
        "SN",
        "SO",
        "SR",
        "SS",
        "ST",
        "SV",
        "SX",
        "SY",
        "SZ",
        "TC",
        "TD",
        "TF",
        "TG",
        "TH",
        "TJ",
        "TK",
        "TL",
        "TM",
        "TN",
        "TO",
        "TR",
        "TT",
        "TV",
        "TW",
        "TZ",
        "UA",
        "UG",
        "UM",
        "US",
        "UY",
        "UZ",
        "VA",
        "VC",
        "VE",
        "VG",
        "VI",
        "VN",
        "VU",
        "WF",
        "WS",
        "YE",
        "YT",
        "ZA",
        "ZM",
        "ZW",
    ]
)

# One line per code: what lists write. Arabic adjectives in both genders where they are common.
_WORDS = """
IQ Iraq, Iraqi, العراق, عراق, عراقي, عراقية, عێراق, عێراقی
SY Syria, Syrian, Syrian Arab Republic, سوريا, سورية, سوري, سووریا, سووری, سوری
TR Turkey, Türkiye, Turkish, Turk, تركيا, تركي, تركية, تورکیا, تورک
IR Iran, Iranian, إيران, إيراني, إيرانية, ئێران, ئێرانی
JO Jordan, Jordanian, الأردن, أردني, أردنية, ئوردن, ئوردنی
LB Lebanon, Lebanese, لبنان, لبناني, لبنانية, لوبنان, لوبنانی
SA Saudi Arabia, Saudi, السعودية, سعودي, سعودية, سعوودیە, سعوودی, سعودی
YE Yemen, Yemeni, اليمن, يمني, يمنية, یەمەن, یەمەنی
EG Egypt, Egyptian, مصر, مصري, مصرية, میسر, میسری
TN Tunisia, Tunisian, تونس, تونسي, تونسية, توونس, توونسی
MA Morocco, Moroccan, المغرب, مغربي, مغربية, مەغریب, مەغریبی
DZ Algeria, Algerian, الجزائر, جزائري, جزائرية, جەزائیر, جەزائیری
LY Libya, Libyan, ليبيا, ليبي, ليبية, لیبیا, لیبی
SD Sudan, Sudanese, السودان, سوداني, سودانية, سوودان, سوودانی
SO Somalia, Somali, الصومال, صومالي, صومالية, سۆماڵ, سۆماڵی
PS Palestine, Palestinian, فلسطين, فلسطيني, فلسطينية, فەلەستین, فەلەستینی
KW Kuwait, Kuwaiti, الكويت, كويتي, كويتية, کوێت, کوێتی
QA Qatar, Qatari, قطر, قطري, قطرية, قەتەر
AE United Arab Emirates, UAE, Emirati, الإمارات, إماراتي, إماراتية, ئیمارات
BH Bahrain, Bahraini, البحرين, بحريني, بحرينية, بەحرەین
OM Oman, Omani, عمان, عماني, عمانية, عومان
MR Mauritania, Mauritanian, موريتانيا, موريتاني, مۆریتانیا
DJ Djibouti, جيبوتي
AF Afghanistan, Afghan, أفغانستان, أفغاني, أفغانية, ئەفغانستان, ئەفغانی
PK Pakistan, Pakistani, باكستان, باكستاني, باكستانية, پاکستان, پاکستانی
IN India, Indian, الهند, هندي, هندية, هیندستان
BD Bangladesh, Bangladeshi, بنغلاديش, بنغلاديشي, بەنگلادیش
ID Indonesia, Indonesian, إندونيسيا, إندونيسي, ئیندۆنیزیا
MY Malaysia, Malaysian, ماليزيا, ماليزي, مالیزیا
PH Philippines, Filipino, الفلبين, فلبيني
CN China, Chinese, الصين, صيني, صينية, چین
RU Russia, Russian, Russian Federation, روسيا, روسي, روسية, ڕووسیا, ڕووسی
UZ Uzbekistan, Uzbek, أوزبكستان, أوزبكي, ئۆزبەکستان
TJ Tajikistan, Tajik, طاجيكستان, طاجيكي, تاجیکستان
KZ Kazakhstan, Kazakh, كازاخستان, كازاخي, کازاخستان
KG Kyrgyzstan, Kyrgyz, قيرغيزستان, قيرغيزي, قرغیزستان
TM Turkmenistan, تركمانستان, تورکمانستان
AZ Azerbaijan, Azerbaijani, أذربيجان, أذربيجاني, ئازەربایجان
GE Georgia, Georgian, جورجيا, جورجي
FR France, French, فرنسا, فرنسي, فرنسية, فەرەنسا, فەرەنسی
DE Germany, German, ألمانيا, ألماني, ألمانية, ئەڵمانیا, ئەڵمانی
GB United Kingdom, UK, British, Britain, بريطانيا, بريطاني, بريطانية, المملكة المتحدة, بەریتانیا
BE Belgium, Belgian, بلجيكا, بلجيكي, بلجيكية, بەلجیکا
NL Netherlands, Dutch, Holland, هولندا, هولندي, هولندية, هۆڵەندا
SE Sweden, Swedish, السويد, سويدي, سويدية, سوید
DK Denmark, Danish, الدنمارك, دنماركي, دانیمارک
NO Norway, Norwegian, النرويج, نرويجي, نەرویج
FI Finland, Finnish, فنلندا, فنلندي
AT Austria, Austrian, النمسا, نمساوي, نەمسا
CH Switzerland, Swiss, سويسرا, سويسري
ES Spain, Spanish, إسبانيا, إسباني, ئیسپانیا
IT Italy, Italian, إيطاليا, إيطالي, ئیتاڵیا
BA Bosnia and Herzegovina, Bosnia, Bosnian, البوسنة, بوسني
AL Albania, Albanian, ألبانيا, ألباني
MK North Macedonia, Macedonian, مقدونيا
US United States, USA, American, الولايات المتحدة, أمريكا, أمريكي, أمريكية, ئەمریکا
CA Canada, Canadian, كندا, كندي, کەنەدا
AU Australia, Australian, أستراليا, أسترالي, ئوسترالیا
TT Trinidad and Tobago, Trinidadian, ترينيداد
UA Ukraine, Ukrainian, أوكرانيا, أوكراني, ئۆکرانیا
stateless stateless, without nationality, bidoon, عديم الجنسية, بدون جنسية, بدون, بێ ڕەگەزنامە
unknown unknown, not known, n/a, مجهول, مجهولة, غير معروف, غير معروفة, نەزانراو, نادیار
foreign foreign, foreigner, أجنبي, أجنبية, بیانی
other-arab other Arab, other Arab nationality, عربي آخر, جنسية عربية أخرى
other other, other nationality, جنسية أخرى
"""


def _table() -> dict[str, str]:
    found = {compact(code): code for code in ISO_3166}
    for line in _WORDS.strip().splitlines():
        code, _, written = line.partition(" ")
        found |= {compact(word): code for word in written.split(",")}
    return found


NATIONALITY_WORDS = _table()


def nationality_of(text: str) -> str | None:
    """The code a written nationality stands for; None when the word is not in the table."""
    return NATIONALITY_WORDS.get(compact(text))
