#include "genres.hpp"

namespace troupe::text {

// The lists are our own: words that a reader of the genre expects. Each word is compared by its stem (stemOf()).
const std::vector<Genre>& genres() {
  static const std::vector<Genre> kGenres = {
      {"fantasy", "high fantasy,epic fantasy,urban fantasy,sword and sorcery,heroic fantasy,magical realism",
       "dragon sword wizard witch spell magic enchanted enchantment castle tower king queen prince princess "
       "kingdom realm elf elves dwarf goblin troll ogre giant griffin unicorn wyvern phoenix rune potion "
       "cauldron sorcerer sorcery mage warlock staff wand amulet talisman oracle prophecy quest throne crown "
       "knight squire armor shield forge blade cloak raven wolf forest moonlight curse cursed charm familiar "
       "apprentice scroll tome guild tavern lantern hearth dungeon cavern beast fae faerie spirit shrine "
       "temple priest ember flame stone river silver oath legend bard minstrel"},
      {"science fiction",
       "sci-fi,sci fi,sf,scifi,space opera,cyberpunk,hard sf,speculative fiction,steampunk,biopunk,time "
       "travel",
       "ship spaceship starship shuttle orbit orbital planet moon asteroid comet star stellar galaxy nebula "
       "station airlock hull vacuum captain pilot crew engine reactor thruster fuel drone robot android "
       "machine circuit processor algorithm code data signal transmission antenna beacon scanner sensor "
       "console screen hologram laser plasma quantum gravity oxygen suit helmet colony colonist alien "
       "species clone cryo hibernation probe satellite telemetry navigator warp probability lab laboratory "
       "experiment scientist terraform dome mars jupiter saturn titan europa radiation memory neural implant "
       "upload simulation cargo dock bay module bulkhead light-year mission launch engineer"},
      {"mystery",
       "detective,crime,whodunit,cozy mystery,murder mystery,crime fiction,detective story,cosy "
       "mystery,police procedural",
       "detective inspector constable sergeant police clue evidence suspect alibi witness murder murdered "
       "victim body corpse crime thief theft stolen burglar robbery missing vanished disappeared "
       "disappearance culprit motive weapon knife poison pistol fingerprint footprint investigation "
       "investigate case solve solved puzzle riddle secret hidden locked key letter note envelope ledger "
       "diary safe study butler housekeeper maid mansion manor inheritance will lawyer question questioned "
       "interview confess confession lie lied guilty innocent deduce deduced suspicion suspicious magnifying "
       "notebook ink handwriting signature forgery blackmail library dossier coroner"},
      {"horror", "gothic,gothic horror,supernatural horror,weird fiction,cosmic horror,dark fiction",
       "scream screamed blood bloody dark darkness shadow corpse grave graveyard cemetery coffin crypt tomb "
       "ghost haunted haunt demon devil monster creature thing vampire werewolf zombie teeth claw fang skin "
       "bone skull rot rotten decay flesh worm maggot whisper cellar basement attic stairs door creak "
       "creaked scratch scratching knock knocking cold dread fear terror terrified horror nightmare mirror "
       "candle fog mist moon silence breath breathing eyes pale dead death die buried bury ritual curse "
       "possessed asylum hunger hungry crawl crawled drip dripping nail wound silent footsteps"},
      {"romance", "love story,romantic,romantic comedy,romcom,historical romance,paranormal romance",
       "love loved lover heart kiss kissed lips hand hands smile smiled blush blushed laugh laughed embrace "
       "hug arms waltz dance danced wedding bride groom marry married marriage engaged engagement ring "
       "proposal bouquet roses rose flowers letter letters tender tenderness gentle warm warmth longing "
       "yearning miss missed shy date dinner coffee cafe together apart alone forever promise whisper "
       "whispered gaze eyes hair touch touched cheek shoulder sweetheart darling dear beloved affection "
       "passion desire heartbeat heartbreak heartbroken summer rain train platform umbrella bakery garden "
       "bench goodbye hello"},
      {"adventure",
       "action,action adventure,quest,survival,expedition,nautical,sea "
       "story,pirate,exploration,swashbuckler,sea stories",
       "map compass expedition explorer explore jungle island desert mountain cliff cave canyon river rapids "
       "waterfall ocean sea ship boat raft sail sailor captain crew storm wave anchor mast deck harbor "
       "harbour treasure chest gold jewel idol temple ruin ruins rope bridge torch machete camp campfire "
       "tent backpack guide trail path climb climbed summit ridge glacier avalanche danger dangerous escape "
       "escaped leap leapt run ran chase chased rescue rescued survive survival journey voyage horizon wind "
       "snow ice wild beast bear wolf shark snake crocodile pirate cutlass cannon port parachute plane pilot "
       "canoe paddle"},
      {"thriller", "suspense,spy,espionage,psychological thriller,techno-thriller,political thriller",
       "agent spy assassin gun pistol rifle trigger bullet shot shoot bomb explosion detonator timer "
       "countdown seconds minutes deadline chase pursuit pursuer tail followed surveillance camera phone "
       "call caller burner encrypted code password file files dossier briefcase safehouse border passport "
       "identity alias cover mission handler target contact double betray betrayed betrayal trap hostage "
       "kidnapped kidnapper ransom threat threatened danger escape tunnel alley rooftop stairwell elevator "
       "corridor car engine brakes headlights sirens police blood pulse adrenaline sweat panic silencer "
       "window lock locked exit run running conspiracy senator embassy agency"},
      {"historical", "historical fiction,history,period drama,war,war story,military,medieval,victorian,regency",
       "king queen emperor empire duke duchess lord lady count countess court courtier palace castle "
       "monastery abbey monk nun bishop church cathedral peasant farmer merchant guild market blacksmith "
       "weaver baker cart carriage coach horse saddle stable sword musket cannon battle war soldier army "
       "regiment captain general siege fortress wall gate banner trench front letter telegram quill ink "
       "parchment candle lantern hearth gown corset bonnet petticoat cloak boots harvest plague famine "
       "revolution republic colony voyage ship harbour tavern inn century year reign treaty crown execution "
       "gallows village mill loom ration uniform"},
      {"western", "wild west,cowboy,frontier,weird west",
       "sheriff deputy marshal outlaw bandit gunslinger cowboy rancher ranch cattle herd steer horse saddle "
       "stirrup spur spurs mustang mare gelding saloon whiskey bartender poker cards dust dusty desert "
       "prairie canyon mesa trail wagon stagecoach railroad train telegraph rifle revolver colt pistol "
       "holster gun draw duel noon noose gallows hat boots bandana badge bounty reward posse gold claim "
       "prospector miner mine town street boardwalk church preacher widow homestead fence drought well "
       "cactus coyote rattlesnake buzzard vulture sagebrush tumbleweed frontier territory settler campfire "
       "coffee sun sunset"},
      {"comedy", "humor,humour,humorous,funny,satire,parody,farce,comic,comedic",
       "laugh laughed laughter joke joked giggle giggled grin grinned chuckle chuckled absurd ridiculous "
       "silly funny awkward embarrassed embarrassing accidentally unfortunately apparently technically "
       "literally mistake wrong disaster chaos mess spill spilled tripped slipped stuck trousers pants sock "
       "socks hat wig moustache mustache cake pie custard jam soup sandwich cheese sausage pickle banana "
       "goat goose duck chicken parrot cat dog pig llama neighbor neighbour aunt uncle mayor committee "
       "meeting form queue complaint manager office sofa teapot kettle biscuit umbrella bicycle wedding "
       "birthday party costume trombone accordion shrug shrugged sigh sighed glared polite apologized "
       "apology perfectly insisted"},
      {"fairy tale",
       "fairytale,fairy-tale,folk tale,folktale,folklore,fable,legend,myth,mythology,children's fairy tale",
       "once upon king queen prince princess castle tower kingdom throne crown stepmother stepsister "
       "godmother fairy witch giant ogre troll dwarf elf goblin dragon wolf fox bear hare crow raven owl "
       "frog swan goose hen woodcutter miller shoemaker tailor spinner goatherd shepherd youngest eldest "
       "brothers sisters daughter son three seven wish wishes granted spell enchanted magic golden silver "
       "apple mirror spindle thread needle slipper ring cloak lantern bread crumbs porridge cottage forest "
       "wood path well bridge river mountain winter spring clever kind greedy proud poor promise bargain "
       "riddle feast wedding village ever after"},
      {"dystopian",
       "dystopia,post-apocalyptic,post apocalyptic,apocalyptic,post-apocalypse,apocalypse,climate "
       "fiction,cli-fi",
       "ministry bureau authority regime council citizen citizens sector zone district block curfew patrol "
       "guard guards checkpoint permit ration rations ration-card queue camera cameras screen screens drone "
       "drones loudspeaker siren wall fence gate surveillance forbidden banned illegal obey order compliance "
       "comply punish punished prison camp labor factory grey gray concrete smoke ash dust ruins ruined "
       "rubble bunker shelter mask filter gas water drought flood survivors survivor scavenge scavenger "
       "scavenged rust rusted tin can cans battery radio static resistance rebel rebels underground tunnel "
       "smuggle smuggled contraband book books memory number numbered uniform chip implant collapse fallout "
       "wasteland virus plague infected quarantine seed seeds"},
      {"ghost story", "paranormal,supernatural,ghost,ghosts,spooky,haunted house",
       "ghost ghosts ghostly haunt haunted haunting spirit spirits phantom apparition spectre specter seance "
       "medium grave graveyard cemetery tomb headstone funeral coffin dead death died buried mourning widow "
       "house manor attic cellar hallway corridor staircase stairs door window mirror portrait photograph "
       "candle lamp clock midnight night moonlight fog mist cold chill draft draught whisper whispered "
       "footsteps knock knocking creak creaked piano music-box cradle rocking chair veil lace dust dusty "
       "locket letter diary unseen vanished faded fade pale translucent echo silence waiting wait bell "
       "church chapel yew keeper lighthouse inn innkeeper tide well shadow"},
      {"noir", "hardboiled,hard-boiled,film noir,neo-noir,noir detective",
       "rain neon cigarette cigarettes smoke ash ashtray whiskey bourbon gin glass bar bartender jazz "
       "saxophone piano club trench coat hat fedora collar alley street streetlight gutter city night office "
       "desk door blinds shadow shadows gun revolver bullet trigger blood dame blonde lipstick heels perfume "
       "dead body morgue cop cops badge precinct crooked boss mob gangster racket gambler gambling debt cash "
       "dollars bills envelope blackmail photograph photographs lie lied liar double-cross betray betrayed "
       "murder client case private detective phone rang taxi cab driver motel diner coffee pier docks "
       "warehouse fog lonely bruise"},
      {"drama",
       "literary,literary fiction,slice of life,slice-of-life,family,family drama,realism,realistic "
       "fiction,contemporary,coming of age,coming-of-age,tragedy",
       "mother father brother sister daughter son grandmother grandfather family child children husband wife "
       "parents aunt uncle kitchen table chair window house home room bedroom hospital nurse doctor funeral "
       "grave letter photograph drawer box suitcase train bus station school teacher job work factory money "
       "debt rent divorce argument argued silence silent forgive forgave forgiveness sorry apology regret "
       "grief grieve lost loss miss missed remember remembered memory memories years age old young tired "
       "cried cry tears quiet dishes tea coffee soup bread coat shoes hands voice phone garden rain winter "
       "summer birthday promise goodbye"},
      {"children's",
       "children,childrens,kids,children's story,bedtime story,bedtime,middle grade,picture book,young "
       "adult,ya",
       "little boy girl friend friends mom mum dad grandma grandpa brother sister teacher school class "
       "playground puppy kitten dog cat rabbit bunny mouse bear duck frog turtle hedgehog squirrel owl fox "
       "butterfly bee elephant giraffe monkey dragon teddy toy toys ball balloon kite bicycle blanket pillow "
       "bed bedtime sleepy yawned pajamas pyjamas moon stars cookie cookies cake milk honey berries apple "
       "picnic garden tree treehouse puddle mud splash boots rainbow sunshine snow snowman sled birthday "
       "surprise present game hide seek giggled giggle hopped hugged hug share shared kind brave scared "
       "happy sing song paint crayon pocket backpack bus"},
      {"animal", "animal story,animal fiction,animals,nature,nature writing,pastoral",
       "paw paws tail fur feather feathers wing wings beak claw claws hoof hooves mane muzzle whiskers nose "
       "scent sniff sniffed bark barked howl howled growl growled purr purred nest den burrow hive herd pack "
       "flock litter cub pup kitten foal calf chick wolf fox bear deer stag hare rabbit badger otter beaver "
       "squirrel hedgehog mouse rat owl hawk eagle crow raven sparrow robin heron goose duck salmon trout "
       "bee ant spider horse dog cat sheep goat cow farm barn meadow field forest wood river stream pond "
       "reed winter spring autumn snow hunter hunt prey trap"},
      {"sports", "sport,sports fiction,sports story,athletics,football,baseball,basketball,soccer",
       "team coach captain player players match game season league final finals championship cup trophy "
       "medal goal score scored point points referee umpire whistle field pitch court track ring ball bat "
       "racket glove gloves boots jersey stadium crowd cheer cheered bench training train practice drill "
       "sprint sprinted lap race runner run ran marathon finish line swimmer pool boxer punch round opponent "
       "rival defense defence striker keeper goalkeeper pass passed kick kicked throw threw catch caught "
       "jump jumped serve inning pitcher hitter homer quarter halftime injury knee ankle sweat lungs breath "
       "win won lose lost victory defeat record"},
      {"superhero", "superheroes,super hero,comic book,superhero fiction",
       "cape mask masked costume hero heroes heroine villain villains sidekick superhero power powers "
       "strength flight fly flying flew hover laser beam shield suit gadget lair headquarters tower rooftop "
       "skyline city citizens crowd rescue rescued save saved danger bank robbery mayor explosion rubble "
       "building lift lifted catch caught hurl hurled punch punched nemesis archenemy henchmen minions plot "
       "doomsday device weapon serum mutation mutant radiation accident lab secret identity disguise glasses "
       "reporter newspaper headline signal alarm siren justice vow origin team alliance invisible "
       "telekinesis speed"},
      {"philosophical", "philosophy,experimental,surreal,surrealism,absurdist,allegory,weird,psychological",
       "dream dreamed dreamt mind thought thoughts think memory meaning question questions answer answers "
       "truth reason logic doubt silence mirror reflection self soul consciousness time clock hour eternity "
       "infinite infinity nothing nothingness emptiness void death life existence exist choice fate chance "
       "freedom door doors corridor staircase labyrinth maze room library book page sentence word language "
       "name nameless stranger shadow double face mask window light darkness sea circle line point dust "
       "paradox pattern chess machine god gods beginning forget forgot remember idea monk teacher "
       "philosopher student village mountain impossible absurd"},
  };
  return kGenres;
}

}  // namespace troupe::text
