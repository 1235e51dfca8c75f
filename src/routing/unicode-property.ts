/** Names of Unicode properties as JavaScript writes them, and as RE2 does. */

/** What RE2 calls the property; undefined for one that it does not have. */
export function propertyText(name: string): string | undefined {
  const [key, value] = name.split('=') as [string, string | undefined];
  if (value === undefined) return CATEGORIES[key] ?? (isCategory(key) ? key : undefined);
  if (key === 'General_Category' || key === 'gc') return propertyText(value);
  return key === 'Script' || key === 'sc' ? value : undefined;
}

function isCategory(name: string): boolean {
  return Object.values(CATEGORIES).includes(name);
}

const CATEGORIES: Readonly<Record<string, string>> = {
  Letter: 'L',
  Uppercase_Letter: 'Lu',
  Lowercase_Letter: 'Ll',
  Titlecase_Letter: 'Lt',
  Modifier_Letter: 'Lm',
  Other_Letter: 'Lo',
  Mark: 'M',
  Nonspacing_Mark: 'Mn',
  Spacing_Mark: 'Mc',
  Enclosing_Mark: 'Me',
  Number: 'N',
  Decimal_Number: 'Nd',
  Letter_Number: 'Nl',
  Other_Number: 'No',
  Punctuation: 'P',
  Connector_Punctuation: 'Pc',
  Dash_Punctuation: 'Pd',
  Open_Punctuation: 'Ps',
  Close_Punctuation: 'Pe',
  Initial_Punctuation: 'Pi',
  Final_Punctuation: 'Pf',
  Other_Punctuation: 'Po',
  Symbol: 'S',
  Math_Symbol: 'Sm',
  Currency_Symbol: 'Sc',
  Modifier_Symbol: 'Sk',
  Other_Symbol: 'So',
  Separator: 'Z',
  Space_Separator: 'Zs',
  Line_Separator: 'Zl',
  Paragraph_Separator: 'Zp',
};
