#include "lexicon.hpp"

#include <algorithm>
#include <utility>

#include "document.hpp"

namespace troupe::text {

namespace {

constexpr std::string_view kDeterminers = "the a an my your our their its every";
constexpr std::string_view kBonds = "of with from into at upon";
constexpr std::string_view kFiniteVerbs =
    "is was were are am has had did does isn't wasn't weren't hadn't didn't couldn't";
constexpr std::string_view kSubjects = "i he she we they";
constexpr std::string_view kNotInNounPhrases =
    "of to in with from at by into onto upon for and or but if when because while although though than that then is "
    "was "
    "were are am be been has had have did does could would should i he she it we they him them me us "
    "the a an my your our their its this these those who whom what which there didn't wasn't couldn't";
constexpr std::string_view kOthers =
    "on off up down out over under about after again against all almost along already also always among any anyone "
    "anything around as away back before behind being below beside between beyond both can cannot can't come do doing "
    "don't each either else enough even ever everything few first get got go had having her here hers herself himself "
    "his "
    "how however may might must shall not i'd i'll i'm i've it's itself just last least less let like little many more "
    "most much myself near "
    "neither never next no nobody none nor nothing now nowhere once one only other others ours out own perhaps quite "
    "rather same since so some someone something sometimes somewhere soon still such themselves there's they'd through "
    "together too toward towards two until very wasn't well what's whatever where whether whose why will within "
    "without "
    "won't wouldn't yet you you'd you'll you're you've yours yourself said she'd he'd we'd that's across during inside "
    "outside past per throughout till";
constexpr std::string_view kGopherWords = "the be to of and that have with";
constexpr std::string_view kInstructions =
    "write tell make create compose draft give please story stories tale tales short long brief fiction piece "
    "scene narrative word words sentence sentences paragraph paragraphs about genre style tone reader readers "
    "begin beginning end ending include including set setting character characters use using at least most number "
    "title english thing things theme themes object objects teller dialogue person plot plots turn lesson middle "
    "start carry made out known believes leaves matter fantasy science sci fi mystery horror romance adventure "
    "thriller historical western comedy noir dystopian drama length good great original creative";

template <typename F>
void forEachWord(std::string_view list, F use) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end > 0) use(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

std::uint64_t hashOfPhrase(const std::vector<std::uint64_t>& phrase) {
  std::uint64_t key = 0;
  for (const auto word : phrase) key = key * 0x9e3779b97f4a7c15ULL + word;
  return key;
}

}  // namespace

const std::vector<Language>& otherLanguages() {
  static const std::vector<Language> kLanguages = {
      {"German",
       "der die das und nicht ein eine einen einem ist war sie er ich es mit auf den dem des von zu sich wie aber"},
      {"French",
       "le la les des et un une dans il elle est était que qui ne pas sur avec pour ce cette se du au son sa mais"},
      {"Spanish",
       "el la los las de y que en un una no se con por su para lo como era pero más le al del había sin sobre"},
      {"Italian", "il la le di che e un una non per con era si del della nel lo gli ma come sono suo sua al dal più"},
      {"Portuguese", "o a os as de que e do da em um uma não com no na por para se ela ele era mas ao dos das seu sua"},
      {"Dutch", "de het een en van in niet dat hij zij was met op te zijn voor er aan maar ook als om naar haar ze"},
      {"Swedish", "och att det som en ett på är var inte han hon för med av till den de sig men om hade från"},
      {"Danish or Norwegian",
       "og at det som en et på er var ikke han hun for med af av til den de seg sig men hadde havde fra"},
      {"Finnish", "ja on oli ei se hän että kun mutta joka niin kuin ovat hänen sen myös oli olla tai jos"},
      {"Polish", "i w nie na się że z do to jest jak był była ale o za od po tak jego jej przez czy"},
      {"Czech", "a se na že v je to s z do byl byla ale jako by po si pro jsem za od jeho když"},
      {"Hungarian", "a az és hogy nem egy is volt de ez mint csak már még meg el ha aki mert"},
      {"Romanian", "și de la în nu că cu un o pe din care era se mai pentru dar ca este lui"},
      {"Turkish", "bir ve bu da de için ne gibi çok ama o kadar sonra olan değil daha ki ile"},
      {"Indonesian or Malay",
       "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke ada saya dia mereka"},
      {"Vietnamese", "và là của có không một những cho người được trong đã với các này khi đến"},
      {"Latin", "et in est non ad cum sed ut qui quae quod ex sunt esse ac aut si"},
  };
  return kLanguages;
}

const Lexicon& Lexicon::instance() {
  static const Lexicon lexicon;
  return lexicon;
}

Lexicon::Lexicon() {
  addClasses();
  addLanguages();
  addPhrases();
}

void Lexicon::addClasses() {
  constexpr std::size_t kRoom = 600;
  classes_.reset(kRoom);
  const auto add = [this](std::string_view list, std::uint32_t bits) {
    forEachWord(list, [&](std::string_view word) { classes_[hashOf(word)] |= bits; });
  };
  add(kDeterminers, kFunction | kDeterminer);
  add(kBonds, kFunction | kBond);
  add(kFiniteVerbs, kFunction | kFinite);
  add(kSubjects, kFunction | kSubject);
  add(kNotInNounPhrases, kFunction | kNoNounPhrase);
  add(kOthers, kFunction);
  add(kGopherWords, kFunction | kGopher);
  add(kInstructions, kInstruction);
}

void Lexicon::addLanguages() {
  constexpr std::size_t kRoom = 600;
  languages_.reset(kRoom);
  for (std::size_t i = 0; i < otherLanguages().size(); ++i) {
    forEachWord(otherLanguages()[i].words, [&](std::string_view word) { languages_[hashOf(word)] |= 1U << i; });
  }
}

void Lexicon::addPhrases() {
  const auto& texts = overusedPhrases();
  phrase_index_.reset(texts.size());
  phrase_texts_.reset(texts.size());
  phrases_.resize(1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::uint64_t> phrase;
    for (const auto& word : readDocument(texts[i]).words) phrase.push_back(word.hash);
    auto& index = phrase_index_[phrase.front()];
    if (index == 0) {
      index = static_cast<std::uint32_t>(phrases_.size());
      phrases_.emplace_back();
    }
    phrase_texts_[hashOfPhrase(phrase)] = static_cast<std::uint32_t>(i + 1);
    phrases_[index].push_back(std::move(phrase));
  }
}

std::string_view Lexicon::phraseText(const std::vector<std::uint64_t>& phrase) const {
  const auto index = phrase_texts_.find(hashOfPhrase(phrase));
  return index == 0 ? std::string_view() : overusedPhrases()[index - 1];
}

}  // namespace troupe::text
