"""The repos of the simulated winter: real names, made-up sizes. Nothing here is a measurement."""

from dataclasses import dataclass

FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
SUCCESSOR = "BSC-LT/ALIA-40b-instruct-2601"


@dataclass(frozen=True, slots=True)
class WinterRepo:
    """One repo: its creation (RFC 3339), its downloads before the winter and on a usual day, and what it is."""

    id: str
    created_at: str
    before: int
    per_day: float
    likes: int
    library: str = "transformers"
    pipeline_tag: str = "text-generation"
    parent: str | None = None
    relation: str | None = None


FAMILY = (
    WinterRepo("BSC-LT/ALIA-40b", "2024-12-09T09:00:00.000Z", 24_310, 27, 92),
    WinterRepo(FLAGSHIP, "2025-12-17T08:00:00.000Z", 0, 5.8, 9, parent="BSC-LT/ALIA-40b", relation="finetune"),
    WinterRepo(SUCCESSOR, "2026-01-28T10:00:00.000Z", 0, 4.5, 2, parent="BSC-LT/ALIA-40b", relation="finetune"),
    WinterRepo(
        "BSC-LT/ALIA-40b-instruct-2601-GGUF", "2026-02-05T10:00:00.000Z", 0, 2.4, 1, "gguf",
        parent=SUCCESSOR, relation="quantized",
    ),
)  # fmt: skip

#: Beside the family: the same team's Salamandra, listed with it, and four that are asked for one by one.
COMPARATORS = (
    WinterRepo("BSC-LT/salamandra-2b", "2024-09-30T09:00:00.000Z", 96_400, 61, 27),
    WinterRepo("BSC-LT/salamandra-2b-instruct", "2024-09-30T09:00:00.000Z", 61_700, 48, 29),
    WinterRepo("BSC-LT/salamandra-7b", "2024-09-30T09:00:00.000Z", 58_900, 35, 34),
    WinterRepo("BSC-LT/salamandra-7b-instruct", "2024-09-30T09:00:00.000Z", 214_800, 402, 74),
    WinterRepo("swiss-ai/Apertus-8B-Instruct-2509", "2025-08-13T09:00:00.000Z", 388_000, 3_900, 431),
    WinterRepo("utter-project/EuroLLM-1.7B-Instruct", "2024-08-06T09:00:00.000Z", 402_000, 610, 86),
    WinterRepo("openGPT-X/Teuken-7B-instruct-v0.6", "2025-03-25T09:00:00.000Z", 11_200, 24, 18),
    WinterRepo("HiTZ/Latxa-Llama-3.1-8B-Instruct", "2025-06-10T09:00:00.000Z", 16_900, 58, 12),
)


#: Made by others from the flagship, under made-up names: nobody watches them, but the Hub counts them.
DERIVED = tuple(
    WinterRepo(f"simulated/{name}", created, 0, 0.4, 0, parent=FLAGSHIP, relation=relation)
    for name, created, relation in (
        ("ALIA-instruct-Q4", "2025-12-29T18:00:00.000Z", "quantized"),
        ("ALIA-instruct-Q8", "2026-01-08T18:00:00.000Z", "quantized"),
        ("alia-juridica", "2026-01-19T18:00:00.000Z", "finetune"),
        ("alia-lora", "2026-02-11T18:00:00.000Z", "adapter"),
    )
)


def _control(name: str, per_day: float, *, speech: bool = False, matching: bool = True) -> WinterRepo:
    if matching:
        created, task, library = "2025-04-22T15:00:00.000Z", "keypoint-detection", "vismatch"
    else:
        created, library = "2022-03-02T23:29:04.000Z", "transformers"  # the floor: the Hub knows no earlier date
        task = "automatic-speech-recognition" if speech else "fill-mask"
    return WinterRepo(name, created, round(per_day * 260), per_day, 1, library, task)


#: Small repos that have nothing to do with ALIA: the basket.
CONTROLS = (
    _control("vismatch/affine-steerers", 7.3),
    _control("vismatch/aliked-lightglue", 1.6),
    _control("vismatch/dedode", 2.9),
    _control("vismatch/duster", 1.2),
    _control("vismatch/eloftr", 1.5),
    _control("vismatch/loftr", 1.9),
    _control("vismatch/roma", 3.1),
    _control("vismatch/superglue", 2.2),
    _control("KBLab/albert-base-swedish-cased-alpha", 4.8, matching=False),
    _control("KBLab/bart-base-swedish-cased", 3.7, matching=False),
    _control("KBLab/bert-base-swedish-cased-new", 6.4, matching=False),
    _control("KBLab/electra-small-swedish-cased-generator", 1.4, matching=False),
    _control("KBLab/megatron-bert-base-swedish-cased-125k", 2.6, matching=False),
    _control("KBLab/roberta-base-swedish-cased", 3.3, matching=False),
    _control("KBLab/wav2vec2-base-voxpopuli-sv-swedish", 9.2, speech=True, matching=False),
)
ALL = FAMILY + COMPARATORS + CONTROLS + DERIVED
