#include "voice.hpp"

namespace troupe::storyteller {

const std::vector<Voice>& voices() {
  static const std::vector<Voice> all = {marlow(), wren(), quill()};
  return all;
}

const Voice* findVoice(std::string_view id) {
  for (const Voice& voice : voices()) {
    if (voice.id == id) return &voice;
  }
  return nullptr;
}

const PlainWords& plainWords() {
  static const PlainWords words = {
      {"There was a person called {hero}. {Hero} was {a role} {where}.",
       "This is a story about {hero}. {Hero} was {a role}, and {they} lived {where}.",
       "Once there was {a role}. {Their} name was {hero} and {they} lived {where}."},
      {"{Hero} wanted to {goal}. It was very important to {them}. {They} really wanted to {goal}.",
       "One day {hero} had to {goal}. It was a big thing for {them}. It was the biggest thing that {they} had ever had "
       "to do.",
       "More than anything, {hero} wanted to {goal}. {They} thought about it all the time."},
      {"But it was very hard. There was a big problem, and the problem was very big. {Hero} did not know what to do.",
       "But there were many problems. It was very hard for {hero}. It was so hard that {they} almost gave up.",
       "But it was not easy. There were difficulties. {Hero} had to be very strong, and it was very hard."},
      {"{Hero} talked to {friend}. \"You can do it,\" said {friend}. \"Thank you,\" said {hero}. \"I can do it.\"",
       "{Hero} tried one thing. It did not work. {Hero} tried another thing. It did not work either.",
       "{Friend} was a good friend. {Friend} helped {hero} a lot. {They} was very happy to have a friend like "
       "{friend}."},
      {"Then suddenly everything changed. {Hero} had a very good idea. It was the best idea that {they} had ever had.",
       "Then something very surprising happened. Nobody had expected it. {Hero} was very surprised.",
       "Suddenly {hero} knew what to do. It was so simple. {They} did it, and it was very good."},
      {"In the end, {hero} {done}. Everyone was very happy, and {hero} was very happy too.",
       "And so {hero} {done}. It was a very good day. {Hero} never forgot that day.",
       "Finally, {hero} {done}. {Hero} had learned that one must never give up. It was a very important lesson."},
      {"It was a dark and stormy night.", "Little did {they} know what fate had in store for {them}.",
       "Time stood still.", "A shiver ran down {their} spine.", "{Their} heart skipped a beat.",
       "You could have heard a pin drop.", "At the end of the day, tomorrow was another day.",
       "{They} let out a breath {they} did not know {they} had been holding.", "It was now or never.",
       "Only time would tell.", "{Their} blood ran cold.", "The silence was deafening.", "It was a race against time.",
       "{They} breathed a sigh of relief.", "{They} had butterflies in {their} stomach."},
      {"{Hero} did not know what to do.", "{Hero} thought about it a lot.", "It was very hard.",
       "It was a very big thing for {hero}.", "{Hero} felt something, and it was a very strong feeling.",
       "{Hero} looked at it. {They} looked at it again.", "{They} was sad, and then {they} was not so sad.",
       "{They} tried, and {they} tried, and {they} tried again.", "There were many things to think about.",
       "It was like nothing that {hero} had ever seen.", "{Hero} knew that everything would be different now.",
       "There was nothing that {hero} could do about it.", "It was what it was.",
       "{Hero} could not believe it. {They} really could not believe it."},
  };
  return words;
}

}  // namespace troupe::storyteller
