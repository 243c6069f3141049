#include "voice.hpp"

namespace troupe::storyteller {

Voice marlow() {
  return {
      "marlow",
      Style::kSpare,
      {"mystery", "thriller", "western", "horror"},
      150,
      230,
      0.25,
      0.55,
      0.42,
      0.1,
      {
          "{Hero} {surname} was {a role} {where}. {They} slept badly and worked well.",
          "{Hero} was {a role} {where}. [Nobody|Hardly anyone] asked {them} about it.",
          "It began {where}. It was [late|cold|early], and {hero} {surname}, {role}, was [still at work|alone|not yet "
          "asleep].",
          "{Hero} kept three things: {their} word, {their} distance and [an old knife|a stopped watch|a spare key]. "
          "{They} was {a role} "
          "{where}, and it had been enough so far.",
          "People had called {hero} many things. {They} was {a role} {where}, and {they} answered to that.",
          "There was no shortage of [trouble|silence] {where}. {Hero} {surname}, {role}, had stopped "
          "[counting|noticing].",
          "The year had been [long|lean|bad]. {Hero} {surname}, {a role} {where}, had got through it by saying little.",
          "{Hero} {surname} didn't believe in [luck|signs]. {They} was {a role} {where}. {They} believed in "
          "[mornings|work].",
      },
      {
          "{Hero} said nothing. It seemed the right amount.",
          "It was not [much of a plan|much]. It was [what there was|a start].",
          "Time passed. It didn't help.",
          "{Hero} had done harder things, though not many.",
          "Nobody came. Nobody ever does.",
          "Some silences are answers. This one was only silence.",
          "{Hero} weighed it up. It didn't take long.",
          "There was a way to do this. There was always a way. It was seldom the [short|easy] one.",
          "{They} thought of [walking away|home]. {They} thought of it once.",
      },
      {
          "That was all of it.",
          "There's no more to tell.",
          "It was [enough|over].",
          "Nobody asked about it again.",
      },
      {
          "{Hero} had no use for {idea}. It came anyway.",
          "It was a matter of {idea}. [Most things are|These things happen].",
          "Call it {idea}. {Hero} called it work.",
          "It came down to {idea}. It usually does.",
      },
      {
          "{They} had learned what {they} knew from {idea}, {idea_place}.",
          "Only {idea} had ever warned {them}. That was {idea_place}, years ago.",
      },
      {
          "{They} owned {idea} and not much else.",
          "Somebody had left {them} {idea}. {They} kept it.",
      },
      {
          "{They} still had what {they} had kept. Now it had a use.",
          "{They} gave away the one thing that {they} had kept. It was time.",
      },
  };
}

}  // namespace troupe::storyteller
