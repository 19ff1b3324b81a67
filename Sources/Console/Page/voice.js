// A voice without a recording: vowels of a person who says something with a falling melody, by three
// resonances over pulses. Words it has none, but a bot's ear takes it for speech.

const VOWELS = [
  [730, 1090, 2440], [530, 1840, 2480], [270, 2290, 3010], [570, 840, 2410], [300, 870, 2240],
];
const SYLLABLES = [0, 2, 1, 3, 0, 4, 2, 1, 0];

// Five seconds as an AudioBuffer at the context's rate.
export function speak(context) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, 5 * rate, rate);
  const sound = buffer.getChannelData(0);
  let at = Math.round(0.3 * rate);
  SYLLABLES.forEach((vowel, index) => {
    const length = Math.round((index % 3 === 2 ? 0.42 : 0.24) * rate);
    syllable(sound, at, length, VOWELS[vowel], 190 - 7 * index, rate);
    at += length + Math.round((index % 3 === 2 ? 0.28 : 0.06) * rate);
  });
  let peak = 0;
  for (const sample of sound) peak = Math.max(peak, Math.abs(sample));
  for (let i = 0; i < sound.length; i += 1) sound[i] *= 0.5 / peak;
  return buffer;
}

function syllable(sound, start, length, formants, pitch, rate) {
  const states = formants.map((hertz, index) => {
    const width = 60 + 40 * index;
    const radius = Math.exp((-Math.PI * width) / rate);
    return { a: 2 * radius * Math.cos((2 * Math.PI * hertz) / rate), b: -radius * radius, y: 0, z: 0 };
  });
  let phase = 0;
  for (let i = 0; i < length && start + i < sound.length; i += 1) {
    const through = i / length;
    phase += (pitch * (1.06 - 0.14 * through)) / rate;
    const pulse = phase >= 1 ? 1 : 0;
    phase %= 1;
    const breath = (Math.random() - 0.5) * 0.02;
    let sum = 0;
    states.forEach((state, index) => {
      const y = (pulse + breath) / (index + 1) + state.a * state.y + state.b * state.z;
      state.z = state.y;
      state.y = y;
      sum += y;
    });
    sound[start + i] += sum * Math.sin(Math.PI * through) ** 0.5;
  }
}
