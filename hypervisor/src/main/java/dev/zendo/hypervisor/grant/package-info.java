/** Grant tables: how a domain lets another one map or copy its frames, and takes that back. */
package dev.zendo.hypervisor.grant;
