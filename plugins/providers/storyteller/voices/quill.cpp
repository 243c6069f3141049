#include "voice.hpp"

namespace troupe::storyteller {

Voice quill() {
  return {
      "quill",
      Style::kPlayful,
      {"sci-fi", "adventure", "comedy", "dystopian"},
      190,
      310,
      0.65,
      0.8,
      0.42,
      0.1,
      {
          "{Hero} {surname} was {a role} {where}, which is harder than it sounds and pays [even worse|roughly as "
          "badly].",
          "On a perfectly good [Tuesday|Thursday], {a role} {where} made a serious mistake and got out of bed. {Their} "
          "name was {hero}.",
          "Every disaster needs somebody standing nearby with an innocent expression. {Where}, this was {hero} "
          "{surname}, {role}.",
          "Let's be fair to {hero} {surname}. {They} had been {a role} {where} for [nine days|six years], and so far "
          "only [one "
          "thing|two things] had caught fire.",
          "There are [three|four] good reasons never to become {a role} {where}, and {hero} {surname} had "
          "[forgotten|misread] all of "
          "them.",
          "Nobody plans to become {a role} {where}. {Hero} {surname} had planned to become a [trombonist|lighthouse], "
          "but life is long.",
          "{Where} they still talk about {hero} {surname}, {role}, though mostly [to warn the children|after the third "
          "drink].",
          "{Hero} was {a role} {where}, and [nearly good|rather good] at it, on days with a following wind.",
      },
      {
          "(It is traditional at this point to panic. {Hero} [respected tradition|made a note to do so later].)",
          "This was, in hindsight, the [second|third] worst idea of the week, but the week was young.",
          "{Hero} had a plan. It was [not a good plan|mostly hand gestures], but it was {theirs}, and {they} was fond "
          "of it.",
          "On the bright side, [it could hardly get worse. It was a small bright side|nobody was watching. Then "
          "somebody was].",
          "There's a word for this kind of situation, and {hero} [used it twice|was too well brought up to use it].",
          "If {they} had known how it would end, {they} would have worn better shoes.",
          "Experts disagree about what {they} should have done next. Experts were not there.",
          "{Hero} did some quick arithmetic and wished {they} hadn't.",
          "It was the kind of silence that usually comes just before a [bill|trumpet].",
          "Heroes, as a rule, know what to do with their hands. {Hero} put {theirs} in {their} pockets.",
      },
      {
          "There's a moral in this, but [it was last seen going the other way|nobody has ever found it].",
          "And if that isn't how it happened, it certainly should have been.",
          "The paperwork took a year.",
          "Everyone agreed never to speak of it again, and has spoken of nothing else since.",
      },
      {
          "(Officially this is a story about {idea}. {Hero} was not consulted.)",
          "What followed has been described as {idea}, mostly by people who [weren't there|sent a card].",
          "If there was one thing {hero} had always tried to avoid, it was {idea}.",
          "Enter {idea}, stage left, [without knocking|slightly out of breath].",
      },
      {
          "{They} had once asked the advice of {idea}, {idea_place}, and had been ignoring it ever since.",
          "It was exactly what {idea} had predicted, {idea_place}, for the price of a sandwich.",
      },
      {
          "{They} also owned {idea}. Remember that. {Hero} didn't.",
          "It should be mentioned that {they} went nowhere without {idea}, for reasons that had never been cleared up.",
      },
      {
          "As for the thing that {they} took everywhere, it turned out to have been the point all along.",
          "And the thing that {hero} had forgotten about? {They} remembered it [on the way home|eleven seconds too "
          "late], and laughed.",
      },
  };
}

}  // namespace troupe::storyteller
