#pragma once

#include <string_view>
#include <vector>

#include "expander.hpp"
#include "shelf.hpp"

namespace troupe::storyteller {

/// Somebody who tells stories: a style, a length, favourite genres, and sentences of their own.
struct Voice {
  std::string_view id;
  Style style;
  Texts favourites;  // genre ids
  int words_low;     // natural length of a good story
  int words_high;
  double detail;        // share of the details that are told
  double attempt;       // how often the middle beat is told when there is room
  double form_at_home;  // how often the voice is in good form: in its favourite genres
  double form_away;     // and elsewhere
  Texts openings;       // who, what and where: {hero}, {role}, {where}
  Texts notes;          // remarks between the beats, that fit anywhere
  Texts closings;       // last words that fit any ending
  // How the voice takes up what the prompt gave: {idea} is a phrase of it, as it stands there.
  Texts themes;      // "a bargain that is kept too well"
  Texts characters;  // "a retired cartographer"; {idea_place}: "on the last train"
  Texts objects;     // "a key that fits nothing"
  Texts payoffs;     // what became of the object
};

// One file each, in voices/.
Voice marlow();
Voice wren();
Voice quill();

/// All voices. Built on the first use, then never changed. [any thread]
const std::vector<Voice>& voices();

/// The voice of this name, or nullptr.
const Voice* findVoice(std::string_view id);

/// What every voice falls back on when the words don't come: true to the plot, and flat.
struct PlainWords {
  Texts opening;
  Texts want;
  Texts obstacle;
  Texts attempt;
  Texts turn;
  Texts ending;
  Texts cliches;
  Texts fillers;
};
const PlainWords& plainWords();

}  // namespace troupe::storyteller
