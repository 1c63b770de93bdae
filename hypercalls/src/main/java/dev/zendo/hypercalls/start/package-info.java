/**
 * What a domain finds when it starts: start_info, shared_info and the structures inside. One class
 * per C structure, one per group of constants.
 */
package dev.zendo.hypercalls.start;
