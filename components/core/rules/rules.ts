import { d01 } from "./data/d01";
import { d02 } from "./data/d02";
import { d03 } from "./data/d03";
import { d04 } from "./data/d04";
import { d05 } from "./data/d05";
import { d06 } from "./data/d06";
import { d07 } from "./data/d07";
import { n01 } from "./network/n01";
import { n02 } from "./network/n02";
import { n03 } from "./network/n03";
import { n04 } from "./network/n04";
import { n05 } from "./network/n05";
import { n06 } from "./network/n06";
import { n07 } from "./network/n07";
import { n08 } from "./network/n08";
import { n09 } from "./network/n09";
import { n10 } from "./network/n10";
import { i01 } from "./identities/i01";
import { i02 } from "./identities/i02";
import { i03 } from "./identities/i03";
import { i04 } from "./identities/i04";
import { i05 } from "./identities/i05";
import { m01 } from "./machines/m01";
import { m02 } from "./machines/m02";
import { m03 } from "./machines/m03";
import { m04 } from "./machines/m04";
import { m05 } from "./machines/m05";
import { k01 } from "./keys/k01";
import { k02 } from "./keys/k02";
import { k03 } from "./keys/k03";
import { k04 } from "./keys/k04";
import { k05 } from "./keys/k05";
import { t01 } from "./tenancy/t01";
import { t02 } from "./tenancy/t02";
import { t03 } from "./tenancy/t03";
import { t04 } from "./tenancy/t04";
import { t05 } from "./tenancy/t05";
import { t06 } from "./tenancy/t06";
import { t07 } from "./tenancy/t07";
import { t08 } from "./tenancy/t08";
import { t09 } from "./tenancy/t09";
import { t10 } from "./tenancy/t10";
import { t11 } from "./tenancy/t11";
import { t12 } from "./tenancy/t12";
import { t13 } from "./tenancy/t13";
import { t14 } from "./tenancy/t14";
import { x01 } from "./zones/x01";
import { x02 } from "./zones/x02";
import { x03 } from "./zones/x03";
import { x04 } from "./zones/x04";
import { x05 } from "./zones/x05";
import { a01 } from "./air-gap/a01";
import { a02 } from "./air-gap/a02";
import { a03 } from "./air-gap/a03";
import { a04 } from "./air-gap/a04";
import { a05 } from "./air-gap/a05";
import { o01 } from "./modes/o01";
import { o02 } from "./modes/o02";
import { o03 } from "./modes/o03";
import { l01 } from "./logs/l01";
import { l02 } from "./logs/l02";
import { l03 } from "./logs/l03";
import { l04 } from "./logs/l04";
import { l05 } from "./logs/l05";
import type { Rule } from "./rule";

/** Every rule, one row each, in the order of reports. */
export const rules: readonly Rule[] = [
  d01,
  d02,
  d03,
  d04,
  d05,
  d06,
  d07,
  n01,
  n02,
  n03,
  n04,
  n05,
  n06,
  n07,
  n08,
  n09,
  n10,
  i01,
  i02,
  i03,
  i04,
  i05,
  m01,
  m02,
  m03,
  m04,
  m05,
  k01,
  k02,
  k03,
  k04,
  k05,
  t01,
  t02,
  t03,
  t04,
  t05,
  t06,
  t07,
  t08,
  t09,
  t10,
  t11,
  t12,
  t13,
  t14,
  x01,
  x02,
  x03,
  x04,
  x05,
  a01,
  a02,
  a03,
  a04,
  a05,
  o01,
  o02,
  o03,
  l01,
  l02,
  l03,
  l04,
  l05,
];
