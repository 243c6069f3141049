#include "storyteller.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "english.hpp"

namespace troupe::storyteller {
namespace {

constexpr std::array<std::string_view, 5> kShe = {"she", "her", "her", "hers", "herself"};
constexpr std::array<std::string_view, 5> kHe = {"he", "him", "his", "his", "himself"};

std::string_view oneOf(const Texts& texts, Random& random) { return texts[random.below(texts.size())]; }

/// Gives out the texts of a list by chance, each once, until the list is used up.
class Deck {
 public:
  Deck(const Texts& texts, Random& random) : texts_(texts), random_(random) {}
  /// The next text; empty when all have been given out. At most 64 texts.
  std::string_view draw() {
    if (drawn_count_ == texts_.size()) return {};
    std::size_t i = random_.below(texts_.size());
    while ((drawn_ >> i & 1U) != 0) i = (i + 1) % texts_.size();
    drawn_ |= std::uint64_t{1} << i;
    ++drawn_count_;
    return texts_[i];
  }

 private:
  const Texts& texts_;
  Random& random_;
  std::uint64_t drawn_ = 0;
  std::size_t drawn_count_ = 0;
};

void setPronouns(Scope& scope, bool she) {
  const auto& p = she ? kShe : kHe;
  for (const auto& [name, word] :
       {std::pair{"they", p[0]}, {"them", p[1]}, {"their", p[2]}, {"theirs", p[3]}, {"themself", p[4]}}) {
    scope.set(name, std::string(word));
  }
}

/// The people and things of one story.
Scope castOf(const Genre& genre, const Plot& plot, Style style, Random& random) {
  Scope scope;
  const bool she = random.chance(0.5);
  const bool friend_she = random.chance(0.5);
  const std::string_view hero = oneOf(she ? genre.she_names : genre.he_names, random);
  std::string_view other = hero;
  // Two names with the same first letter are hard to keep apart.
  while (other.front() == hero.front()) other = oneOf(friend_she ? genre.she_names : genre.he_names, random);
  scope.set("hero", std::string(hero));
  setPronouns(scope, she);
  scope.set("friend", std::string(other));
  for (const auto& [name, word] : {std::pair{"fthey", friend_she ? kShe[0] : kHe[0]},
                                   {"fthem", friend_she ? kShe[1] : kHe[1]},
                                   {"ftheir", friend_she ? kShe[2] : kHe[2]}}) {
    scope.set(name, std::string(word));
  }
  scope.set("surname", std::string(oneOf(genre.surnames, random)));
  scope.set("role", std::string(oneOf(plot.roles, random)));
  const std::string_view where = oneOf(plot.wheres, random);
  scope.set("where", std::string(where));
  scope.set("place", std::string(where.substr(where.find(' ') + 1)));
  const auto bind = [&](std::string_view name, std::string_view text) {
    std::string value;
    Expander(scope, random, style, 1).phrase(text, value);
    scope.set(name, std::move(value));
  };
  for (const auto& variable : plot.variables) bind(variable.name, oneOf(variable.values, random));
  bind("goal", plot.goal);
  bind("done", plot.done);
  return scope;
}

bool isFavourite(const Voice& voice, const Genre& genre) {
  return std::find(voice.favourites.begin(), voice.favourites.end(), genre.id) != voice.favourites.end();
}

// How much of it a wholly tired story has, on average.
constexpr double kCliches = 5;
constexpr double kFillers = 8;
constexpr int kRamble = 8;

/// One telling. The paragraphs are made first, beats before ornaments, because the room that is left decides about the
/// ornaments.
class Telling {
 public:
  Telling(const Voice& voice, const StoryRequest& request, const Plot& plot, Random& random)
      : voice_(voice),
        genre_(*request.genre),
        plot_(plot),
        request_(request),
        random_(random),
        scope_(castOf(genre_, plot, voice.style, random)),
        notes_(voice.notes, random) {
    // Good days and bad days: nearly all that the voice can do, or tired prose. The text alone shows which.
    const bool in_form = random.chance(isFavourite(voice, genre_) ? voice.form_at_home : voice.form_away);
    weakness_ = in_form ? random.around(0, 0.12) : random.around(0.55, 1);
    const int low = std::clamp(voice.words_low, request.min_words, request.max_words);
    const int high = std::clamp(voice.words_high, request.min_words, request.max_words);
    target_words_ = static_cast<int>(random.around(low, high + 1));
    // A voice meets the length that is asked for half way.
    if (request.words > 0)
      target_words_ = (target_words_ + std::clamp(request.words, request.min_words, request.max_words)) / 2;
  }

  std::string tell() {
    tellBeats();
    if (words() > request_.max_words) tellBeatsBriefly();
    takeUpIdea();
    addMiddle();
    addNotes();
    if (random_.chance(0.35 * (1 - weakness_))) addWithin(kEnding, oneOf(voice_.closings, random_));
    weaken();
    return text();
  }

 private:
  enum Beat { kOpening, kWant, kObstacle, kAttempt, kTurn, kEnding, kBeatCount };

  bool isOffForm() const { return weakness_ > 0.5; }
  /// Whether the words don't come this time.
  bool fails(double share) { return random_.chance(weakness_ * share); }

  void tellBeats() {
    write(kOpening, voice_.openings, plainWords().opening, 0.7);
    // A voice that drifts takes its colours from another shelf.
    const Genre& colours = fails(0.9) ? generalShelf() : genre_;
    if (random_.chance(0.8 - 0.5 * weakness_)) append(kOpening, oneOf(colours.atmosphere, random_));
    write(kWant, plot_.want, plainWords().want, 0.6);
    write(kObstacle, plot_.obstacle, plainWords().obstacle, 0.8);
    write(kTurn, plot_.turn, plainWords().turn, 0.45);
    write(kEnding, plot_.ending, plainWords().ending, 0.7);
  }

  /// The shortest way to say everything, for a narrow length band.
  void tellBeatsBriefly() {
    const auto shorten = [this](Beat beat, const Texts& texts) {
      for (const auto text : texts) {
        std::string brief;
        Expander(scope_, random_, voice_.style, 0).sentence(text, brief);
        if (countWords(brief) < counts_[beat]) set(beat, std::move(brief));
      }
    };
    shorten(kOpening, voice_.openings);
    shorten(kWant, plot_.want);
    shorten(kObstacle, plot_.obstacle);
    shorten(kTurn, plot_.turn);
    shorten(kEnding, plot_.ending);
    if (words() > request_.max_words) set(kObstacle, {});
  }

  /// Weaves in what the prompt gave. A weak story forgets about it.
  void takeUpIdea() {
    const Idea& idea = request_.idea;
    if (!idea.theme.empty() && !fails(0.9)) takeUp(kWant, idea.theme, voice_.themes);
    if (!idea.character.empty() && !idea.place.empty() && !fails(0.9)) {
      scope_.set("idea_place", idea.place);
      takeUp(kOpening, idea.character, voice_.characters);
    }
    if (!idea.object.empty() && !fails(0.9) && takeUp(kOpening, idea.object, voice_.objects) && !genre_.grim) {
      addWithin(kEnding, oneOf(voice_.payoffs, random_));
    }
  }
  bool takeUp(Beat beat, const std::string& phrase, const Texts& texts) {
    Scope with_idea = scope_;
    with_idea.set("idea", phrase);
    std::string out;
    Expander(with_idea, random_, voice_.style, 1).sentence(oneOf(texts, random_), out);
    return addSentence(beat, out);
  }

  void addMiddle() {
    const bool wanted = random_.chance(voice_.attempt) || words() < target_words_ - 40;
    if (!wanted) return;
    write(kAttempt, plot_.attempt, plainWords().attempt, 0.7);
    if (words() > std::min(std::max(target_words_ + 20, request_.min_words), request_.max_words)) set(kAttempt, {});
  }

  /// The voice's own remarks, as many as the length allows, then as many as the shortest length needs.
  void addNotes() {
    static constexpr std::array<Beat, 6> kPlaces = {kObstacle, kWant, kAttempt, kOpening, kObstacle, kAttempt};
    for (std::size_t i = 0; i < 2 * kPlaces.size(); ++i) {
      const int wanted = i < kPlaces.size() ? target_words_ - 8 : request_.min_words;
      if (i > 0 && words() >= wanted) break;
      const std::string_view note = fails(0.8) ? std::string_view() : notes_.draw();
      const Beat place = kPlaces[i % kPlaces.size()];
      addWithin(beats_[place].empty() ? kObstacle : place, note);
    }
    if (isOffForm()) return;
    Deck colours(genre_.atmosphere, random_);
    for (std::size_t i = 0; i < genre_.atmosphere.size() && words() < request_.min_words; ++i) {
      const std::string sentence = expanded(colours.draw());
      if (beats_[kOpening].find(sentence) == std::string::npos) addSentence(kOpening, sentence);
    }
  }

  /// What becomes of a story when the words don't come: clichés, the same filler again and again, an early end.
  void weaken() {
    static constexpr std::array<Beat, 4> kPlaces = {kWant, kObstacle, kTurn, kOpening};
    const double tired = weakness_ * (0.4 + random_.uniform());
    Deck cliches(plainWords().cliches, random_);
    for (int i = static_cast<int>(tired * kCliches); i > 0; --i) {
      const auto cliche = cliches.draw();  // First, and not as an argument: compilers differ in the order of those.
      append(kPlaces[random_.below(kPlaces.size())], cliche);
    }
    if (isOffForm() && random_.chance(0.25)) {  // breaks off
      for (const Beat beat : {kAttempt, kObstacle}) set(beat, {});
      return;
    }
    Deck bank(plainWords().fillers, random_);
    std::array<std::string_view, 4> fillers;
    for (auto& filler : fillers) filler = bank.draw();
    const bool rambles = isOffForm() && random_.chance(0.3);
    std::size_t last = 0;
    for (int i = static_cast<int>(tired * kFillers) + (rambles ? kRamble : 0); i > 0; --i) {
      last = (last + 1 + random_.below(fillers.size() - 1)) % fillers.size();  // never the same twice running
      append(kPlaces[random_.below(kPlaces.size())], fillers[last]);
    }
  }

  void write(Beat beat, const Texts& texts, const Texts& plain, double share) {
    set(beat, expanded(oneOf(fails(share) ? plain : texts, random_)));
  }
  /// The same sentence may come again and again, but no story runs on for ever.
  void append(Beat beat, std::string_view text) {
    addSentence(beat, expanded(text), isOffForm() ? request_.max_words * 5 / 4 : request_.max_words);
  }
  /// Adds a sentence unless the story would become longer than asked.
  bool addWithin(Beat beat, std::string_view text) { return addSentence(beat, expanded(text)); }

  bool addSentence(Beat beat, const std::string& sentence) { return addSentence(beat, sentence, request_.max_words); }
  bool addSentence(Beat beat, const std::string& sentence, int limit) {
    const int count = countWords(sentence);
    if (sentence.empty() || words() + count > limit) return false;
    if (!beats_[beat].empty()) beats_[beat] += ' ';
    beats_[beat] += sentence;
    counts_[beat] += count;
    return true;
  }
  void set(Beat beat, std::string text) {
    counts_[beat] = countWords(text);
    beats_[beat] = std::move(text);
  }
  std::string expanded(std::string_view text) {
    std::string out;
    Expander(scope_, random_, voice_.style, voice_.detail * (1 - weakness_)).sentence(text, out);
    return out;
  }

  int words() const { return std::accumulate(counts_.begin(), counts_.end(), 0); }
  std::string text() const {
    std::string out;
    for (const auto& beat : beats_) {
      if (beat.empty()) continue;
      if (!out.empty()) out += "\n\n";
      out += beat;
    }
    return out;
  }

  const Voice& voice_;
  const Genre& genre_;
  const Plot& plot_;
  const StoryRequest& request_;
  Random& random_;
  Scope scope_;
  Deck notes_;
  double weakness_ = 0;
  int target_words_ = 0;
  std::array<std::string, kBeatCount> beats_;
  std::array<int, kBeatCount> counts_{};
};

}  // namespace

std::string tellStory(const Voice& voice, const StoryRequest& request) {
  const auto shelf_number = static_cast<std::uint64_t>(request.genre - shelf().data());
  Random random(mix(request.seed, 256 * shelf_number + static_cast<unsigned char>(voice.id.front())));
  const auto& plots = request.genre->plots;
  const Plot& plot = plots[random.below(plots.size())];
  return Telling(voice, request, plot, random).tell();
}

}  // namespace troupe::storyteller
