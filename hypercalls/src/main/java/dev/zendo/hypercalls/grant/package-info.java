/**
 * Grant entries and the arguments of grant_table_op. One class per C structure, one per group of
 * constants.
 */
package dev.zendo.hypercalls.grant;
