"""Pairs of opposed words."""

from __future__ import annotations

from pipeline.labeling.rules.wordlists import word_tuple

_PAIRS = word_tuple(
    """
    war/peace strong/weak strength/weakness friend/enemy friend/foe friends/enemies allies/enemies ally/adversary
    partner/adversary partner/threat partner/enemy partners/adversaries past/future yesterday/tomorrow old/new east/west
    north/south good/bad good/evil right/wrong right/left rich/poor love/hate hope/fear hopes/fears freedom/tyranny
    democracy/dictatorship democracy/autocracy democratic/authoritarian liberty/slavery victory/defeat win/lose
    winner/loser winners/losers success/failure succeed/fail life/death live/die birth/death beginning/end begin/end
    first/last open/closed opening/closing rise/fall rising/falling rose/fell up/down high/low more/less most/least
    best/worst better/worse big/small large/small great/small long/short short-term/long-term near/far here/there
    near/abroad home/abroad domestic/foreign internal/external inside/outside inclusion/exclusion include/exclude
    unity/division unite/divide united/divided together/apart order/chaos order/disorder stability/instability
    stable/unstable security/insecurity safe/dangerous safety/danger opportunity/threat opportunity/danger risk/reward
    carrot/stick carrots/sticks words/deeds words/actions word/deed rhetoric/reality theory/practice appearance/reality
    myth/reality fact/fiction truth/lie truth/lies truth/falsehood true/false real/imaginary real/fake cause/effect
    cause/symptom disease/cure problem/solution question/answer ask/answer give/take gave/took buy/sell bought/sold
    friend/rival cooperation/confrontation cooperate/confront cooperation/conflict cooperation/competition
    dialogue/confrontation engagement/containment engagement/isolation engage/isolate integration/isolation
    trust/distrust trust/mistrust trust/suspicion respect/contempt pride/humiliation light/darkness light/dark day/night
    sun/shadow heaven/hell young/old father/son parent/child man/woman men/women master/servant ruler/ruled rulers/ruled
    leader/follower individual/collective public/private state/market state/society state/people power/weakness
    power/law force/law might/right law/arbitrariness lawful/lawless rule/anarchy supply/demand exports/imports
    import/export asset/liability gain/loss gains/losses benefit/cost costs/benefits profit/loss boom/bust bull/bear
    hot/cold war/diplomacy guns/butter hard/soft tough/soft firm/soft hawk/dove hawks/doves offense/defense
    offensive/defensive attack/defend attack/defense build/destroy built/destroyed create/destroy construct/destroy
    advance/retreat forward/backward forward/back progress/regress expand/contract expansion/contraction
    continuity/change change/stability continue/stop start/stop start/finish accept/reject accepted/rejected
    agree/disagree yes/no allow/forbid help/hurt help/harm optimism/pessimism optimists/pessimists optimist/pessimist
    joy/sorrow comedy/tragedy tragedy/farce laugh/cry remember/forget memory/oblivion know/ignore knowledge/ignorance
    wise/foolish wisdom/folly rational/irrational reason/passion mind/heart head/heart body/soul spirit/letter
    modern/medieval modern/archaic modern/backward tradition/modernity reform/stagnation reform/revolution
    revolution/evolution cold/warm quantity/quality few/many minority/majority one/many everything/nothing
    everyone/noone all/none always/never sooner/later now/then before/after capitalism/communism communism/democracy
    capitalist/communist socialism/capitalism plan/market empire/nation empire/republic conqueror/conquered
    victim/perpetrator victims/perpetrators victim/aggressor aggressor/defender invader/liberator liberation/occupation
    liberator/occupier independence/dependence independent/dependent autonomy/dependence equal/unequal
    equality/inequality justice/injustice just/unjust legal/illegal legitimate/illegitimate possible/impossible
    certain/uncertain certainty/uncertainty visible/invisible seen/unseen said/unsaid simple/complex easy/difficult
    easy/hard necessary/sufficient temporary/permanent means/ends military/political military/civilian bullets/ballots
    soldiers/civilians swords/ploughshares gain/lose gained/lost won/lost exception/rule punish/reward punishment/reward
    encourage/discourage sincere/cynical honest/dishonest transparent/opaque transparency/secrecy overt/covert
    constructive/destructive creation/destruction proactive/reactive active/passive action/inaction act/react
    action/reaction symptom/disease tactical/strategic tactics/strategy tactician/strategist sanity/madness genuine/sham
    virtue/vice blessing/curse asset/burden bridge/wall bridges/walls
    """
)


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _PAIRS:
        a, b = pair.split("/")
        table.setdefault(a, set()).add(b)
        table.setdefault(b, set()).add(a)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _table()
