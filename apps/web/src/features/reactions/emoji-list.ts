/** One emoji, its name, and further words that find it. */
export interface Emoji {
  glyph: string;
  name: string;
  words: string;
}

export interface EmojiGroup {
  name: string;
  emoji: readonly Emoji[];
}

/** Group → "glyph name, more words" each, parted by `|`. A selection for reactions, not all of Unicode. */
const LISTS: Record<string, string> = {
  'Most used': `👍 thumbs up, yes good agree +1|👎 thumbs down, no bad disagree -1|❤️ heart, red love|😂 tears of joy,
    laugh lol|🎉 party popper, celebrate tada congratulations|👀 eyes, look seen|✅ check mark, done ok yes|🙏 folded
    hands, thanks please pray|🔥 fire, hot lit|🚀 rocket, ship launch deploy|💯 hundred points, full score 100|😢 crying,
    sad tear`,
  Faces: `😀 grinning, happy face|😄 smiling eyes, happy|😁 beaming, grin|😆 squinting, laugh|😅 sweat, smile relief
    phew|🤣 rolling on the floor, laughing rofl|🙂 slight smile|🙃 upside down|😉 wink|😊 blushing, smile|😇 halo, angel
    innocent|🥰 smile with hearts, love|😍 heart eyes, love|🤩 star struck, wow|😘 kiss|😋 savouring, yum tasty|😛
    tongue|😜 winking tongue, crazy|🤪 zany, crazy|🤗 hug|🤭 hand over mouth, oops|🤫 shush, quiet secret|🤔 thinking,
    hmm|🫡 salute, yes sir|🤨 raised eyebrow, doubt|😐 neutral, meh|😑 expressionless|😶 no mouth, silent|😏 smirk|😒
    unamused|🙄 rolling eyes|😬 grimace, awkward|😌 relieved, calm|😔 pensive, sad|😪 sleepy|😴 sleeping, zzz tired|😷
    mask, sick|🤒 thermometer, ill|🤢 nauseated, sick|🤮 vomiting|🤧 sneeze, cold|🥵 hot, sweating|🥶 freezing, cold|🥴
    woozy, dizzy|🤯 exploding head, mind blown|🤠 cowboy|🥳 party face, birthday|😎 sunglasses, cool|🤓 nerd, glasses|🧐
    monocle, inspect|😕 confused|🫤 diagonal mouth, unsure|😟 worried|🙁 frown, sad|😮 open mouth, wow surprise|😲
    astonished|😳 flushed, embarrassed|🥺 pleading, puppy eyes|🥹 holding back tears, moved|😨 fearful, scared|😰
    anxious, sweat|😭 sobbing, loud crying|😱 scream, fear|😖 confounded|😣 persevere|😞 disappointed|😓 downcast, sweat
    |😩 weary|😫 tired|🥱 yawn, bored|😤 steam, triumph|😡 enraged, angry|😠 angry|🤬 swearing|💀 skull, dead|💩 pile of
    poo|🤡 clown|👻 ghost|👽 alien|🤖 robot, bot|🙈 see no evil, monkey|🙉 hear no evil, monkey|🙊 speak no evil, monkey`,
  Hands: `👋 waving hand, hello bye|🖐️ open hand, stop five|✋ raised palm, stop|👌 ok hand, perfect|🤏 pinching,
    small|✌️ victory, peace|🤞 crossed fingers, luck|🤟 love you gesture|🤘 horns, rock|🤙 call me|👈 pointing left|👉
    pointing right|👆 pointing up, this|👇 pointing down|☝️ index up|✊ raised fist|👊 fist bump|👏 clapping, applause
    bravo|🙌 raising hands, hooray|🫶 heart hands|🤝 handshake, deal agreed|💪 biceps, strong flex|🤷 shrug, dunno|🤦
    facepalm|🙋 raising hand, me question|🙇 bowing, sorry thanks|🧠 brain, smart|👂 ear, listen|🫵 pointing at you`,
  'Hearts and signs': `🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|🤍
    white heart|💔 broken heart|💕 two hearts|✨ sparkles, shiny new|⭐ star, favourite|🌟 glowing star|💫 dizzy star|💥
    collision, boom|💢 anger|💦 sweat drops|💤 sleep, zzz|❌ cross mark, no wrong|❗ exclamation mark, important|❓
    question mark, what|⚠️ warning, caution|⛔ no entry, stop|🚫 prohibited|🔴 red circle|🟠 orange circle|🟡 yellow
    circle|🟢 green circle|🔵 blue circle|➕ plus, add|➖ minus|✔️ tick, check|🔁 repeat, again|⏩ fast forward|⏸️ pause|🆗
    ok button|🆕 new|🔝 top|💬 speech balloon, comment|💭 thought balloon`,
  Nature: `🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey|🐔 chicken|🐧 penguin|🦉
    owl|🦄 unicorn|🐝 bee|🐛 bug, caterpillar|🦋 butterfly|🐌 snail, slow|🐢 turtle, slow|🐍 snake, python|🐙 octopus|🐳
    whale|🦀 crab, rust|🌱 seedling, grow|🌵 cactus|🌲 tree|🍀 four leaf clover, luck|🌸 blossom, flower|🌻 sunflower|🌹
    rose|🌍 globe, earth world|🌙 moon, night|☀️ sun, sunny|⛅ sun behind cloud|🌧️ rain|⚡ lightning, fast power|❄️
    snowflake, cold|🌈 rainbow|🌊 wave, sea`,
  'Food and drink': `🍎 apple|🍌 banana|🍓 strawberry|🍒 cherries|🥑 avocado|🌶️ pepper, spicy|🍞 bread|🧀 cheese|🥐
    croissant|🍕 pizza|🍔 burger|🌮 taco|🍜 noodles, ramen|🍣 sushi|🍿 popcorn, drama|🍪 cookie|🍩 doughnut|🎂 birthday
    cake|🍰 cake|🍫 chocolate|☕ coffee, tea hot|🍵 tea|🥂 glasses, cheers|🍻 beers, cheers|🍷 wine|🍾 champagne, bottle`,
  'Things and places': `🏆 trophy, win|🥇 gold medal, first|🎯 bullseye, target exact|⚽ football, soccer|🏀 basketball|🎮
    game controller|🎲 die, dice|🎵 music note|🎸 guitar|🎨 palette, art design|🎬 film, action|🎁 gift, present|🎈
    balloon|🎄 christmas tree|🏁 finish flag, done|🚩 red flag|🏠 house, home|🏢 office|🏖️ beach, holiday|✈️ plane,
    travel|🚗 car|🚲 bicycle|🚂 train|🚧 construction, work in progress|🚨 siren, alarm alert|⛵ boat|⏰ alarm clock,
    time|⏳ hourglass, waiting|📅 calendar, date|💻 laptop, computer|🖥️ desktop, computer|📱 phone, mobile|🔋 battery|🔌
    plug|💡 bulb, idea|🔦 torch|🔧 wrench, fix|🔨 hammer, build|🛠️ tools|⚙️ gear, settings|🔒 lock, secure|🔑 key|🔍
    magnifier, search|📌 pin|📎 paperclip, attach|📝 memo, note write|📖 book, read|📈 rising chart, up growth|📉 falling
    chart, down|📊 bar chart|📦 package, box ship|📣 megaphone, announce|🔔 bell|🔕 silent bell, off mute|💰 money bag|💎
    gem|🧪 test tube, experiment|🩹 plaster, patch fix|🧹 broom, clean up|🗑️ bin, trash delete|🧩 puzzle piece|🪄 magic
    wand`,
};

export const EMOJI_GROUPS: readonly EmojiGroup[] = Object.entries(LISTS).map(([name, list]) => ({
  name,
  emoji: list.split('|').map(emojiOf),
}));

/** Emoji of which each typed word begins a word; matches in the name first. */
export function searchEmoji(query: string): readonly EmojiGroup[] {
  const wanted = query.toLowerCase().replaceAll(':', ' ').trim();
  if (wanted === '') return EMOJI_GROUPS;
  const parts = wanted.split(/\s+/);
  const found = EMOJI_GROUPS.flatMap((group) => group.emoji).filter(({ glyph, words }) => {
    const all = words.split(' ');
    return glyph === wanted || parts.every((part) => all.some((word) => word.startsWith(part)));
  });
  const named = found.filter(({ name }) => name.startsWith(wanted));
  const emoji = [...new Set([...named, ...found])];
  return emoji.length === 0 ? [] : [{ name: 'Found', emoji }];
}

function emojiOf(entry: string): Emoji {
  const [glyph = '', ...words] = entry.trim().split(/\s+/);
  const text = words.join(' ');
  return { glyph, name: text.split(',')[0] ?? '', words: text.replace(',', '') };
}
