// The rule of calls/cards.py: a card's number does not even leave the page.
const RUN = /(?<![\d+])\d+(?:[ .\-\u00a0]\d+)*/g;
const SECRET = /\b(?:cvv2?|cvc2?)\b\D{0,12}\d{3,4}(?!\d)/i;

function isCard(digits) {
  if (digits.length < 13 || digits.length > 19 || !/^(?:3|4|5[0-8]|6|2[2-7])/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, n) => {
    const value = digit * (1 + (n % 2));
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

// Each group alone, and neighbours read as one number.
function hasCard(groups) {
  return groups.some((group, first) => {
    let digits = group;
    let next = first + 1;
    while (!isCard(digits) && digits.length < 19 && group.length < 8 && groups[next]?.length < 8) digits += groups[next++];
    return isCard(digits);
  });
}

export const holdsCard = (text) => SECRET.test(text) || [...text.matchAll(RUN)].some(([run]) => hasCard(run.match(/\d+/g)));
