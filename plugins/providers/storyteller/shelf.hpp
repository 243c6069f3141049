#pragma once

#include <string_view>
#include <vector>

namespace troupe::storyteller {

using Texts = std::vector<std::string_view>;  // each a literal, in the notation of Expander

/// A word of a plot that is chosen once, so that all its beats speak of the same thing.
struct Variable {
  std::string_view name;
  Texts values;
};

/// One story's bones. Every text of a beat tells the same facts, so that any combination of them makes sense. The scope
/// holds {hero}, {surname}, {they}, {them}, {their}, {theirs}, {themself}, {friend}, {fthey}, {fthem}, {ftheir},
/// {role}, {where} ("in the port of Mere"), {place} ("the port of Mere"), {goal}, {done} and the plot's variables.
struct Plot {
  std::string_view title;  // for people who read this file
  Texts roles;             // without an article
  Texts wheres;            // with a preposition of one word
  std::vector<Variable> variables;
  std::string_view goal;  // what the hero wants to do: "bring the bell home"
  std::string_view done;  // that it was done: "brought the bell home"
  Texts want;
  Texts obstacle;
  Texts attempt;  // may be left out
  Texts turn;
  Texts ending;
};

/// A shelf of the library: who lives there, what it sounds like, what happens.
struct Genre {
  std::string_view id;  // as in a prompt's vars.genre
  Texts aliases;        // other names for it, in lower case
  Texts she_names;
  Texts he_names;
  Texts surnames;
  Texts atmosphere;  // a sentence that could stand in any story of the genre
  std::vector<Plot> plots;
  bool grim = false;  // heroes may not come home, so that nothing is said of what became of them
};

// One file each, in shelf/.
Genre fantasy();
Genre mystery();
Genre scienceFiction();
Genre horror();
Genre romance();
Genre thriller();
Genre adventure();
Genre dystopian();
Genre historical();
Genre western();
Genre fairyTale();
Genre comedy();
Genre general();

/// All genres; the last one is the general shelf. Built on the first use, then never changed. [any thread]
const std::vector<Genre>& shelf();

/// The genre of this name or alias, in any case and with any of space, - and _ between its words; else nullptr.
const Genre* findGenre(std::string_view name);

/// The genre that is named first in a text, else nullptr.
const Genre* genreNamedIn(std::string_view text);

/// The genre where a story goes that no other shelf takes.
const Genre& generalShelf();

}  // namespace troupe::storyteller
