#include "voice.hpp"

namespace troupe::storyteller {

Voice wren() {
  return {
      "wren",
      Style::kLyrical,
      {"fantasy", "romance", "fairy tale", "historical"},
      230,
      350,
      0.85,
      0.9,
      0.42,
      0.1,
      {
          "The evenings came slowly {where}, like someone trying not to wake a child, and {hero}, {a role}, was always "
          "the first to "
          "see them.",
          "There was once {a role} {where} whose name was {hero}, and who had the habit of [listening to the "
          "rain|looking up].",
          "Long before anyone thought to tell it, this story was only a [lamp|voice|footstep] {where}, and it belonged "
          "to {hero}, "
          "{a role}.",
          "{Hero} {surname} had been {a role} {where} for so many seasons that {they} knew each of them by its "
          "[smell|light].",
          "If you had passed {hero} that morning, {a role} {where}, you would have seen only [a bent head|two quiet "
          "hands], and yet a "
          "whole story was already waking there.",
          "All that year the light {where} was the colour of [honey|old letters|pewter], and {hero}, {a role}, went "
          "about in it "
          "softly, as one walks in a house where somebody is asleep.",
          "Some lives are rivers, and some are wells. {Hero} {surname}, {a role} {where}, had always been a well.",
          "{Hero} was {a role} {where}, and carried {their} name as one carries a [candle|full cup], with one hand "
          "around it.",
      },
      {
          "It is a strange thing, to want something with the whole of one's heart and only two hands.",
          "There are hours that remember us. This, {hero} would think later, was one of them.",
          "And still a small hope went on burning in {them}, as a lamp burns in a house that everyone believes to be "
          "empty.",
          "The moment turned like a door in a dream, without a sound.",
          "{Hero} felt the world hold its breath, as it does before snow.",
          "Courage, when it came, came quietly, like somebody bringing [bread|water].",
          "So much of a life is waiting, and so little of it knows what for.",
          "Far off, too far to name, [a bell was telling the hour|something was singing], as though this were a day "
          "like any other.",
          "{They} thought of all the mornings that had led to this one, each with its hands full of light.",
          "What we are given and what we keep are seldom the same, and {hero} stood [just then|for a while] between "
          "the two.",
          "Even the dust seemed to wait, turning slowly, gold and unafraid.",
      },
      {
          "And that is the whole of it, except for the [light|silence] afterwards.",
          "Some stories end. This one only grew quiet.",
          "And the evening, which forgets nothing, kept it.",
          "I have told it as it was told to me, softly, and by heart.",
      },
      {
          "It was to be the story of {idea}, though nobody knew it yet.",
          "There is an old song about {idea}, and {hero} had known it [long before|all {their} life without knowing] "
          "what it meant.",
          "In every life, sooner or later, comes {idea}, and it came to {hero} [softly|like weather].",
      },
      {
          "Once, {idea_place}, {idea} had told {them} that every story asks for something in return.",
          "What {they} knew of patience {they} had learned from {idea}, long ago, {idea_place}.",
      },
      {
          "{They} had {idea}, and could not have said why {they} kept it near.",
          "Of all {their} mother's things {they} had kept only {idea}.",
      },
      {
          "And that which {they} had kept near for so long weighed, at last, nothing at all.",
          "Only then did {they} understand what {they} had been keeping, and for whom.",
      },
  };
}

}  // namespace troupe::storyteller
