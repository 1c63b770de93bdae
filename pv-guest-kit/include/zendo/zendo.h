/* Everything of the kit. */
#ifndef ZENDO_ZENDO_H
#define ZENDO_ZENDO_H

#include <zendo/attempt.h>
#include <zendo/block.h>
#include <zendo/console.h>
#include <zendo/device.h>
#include <zendo/event.h>
#include <zendo/grant.h>
#include <zendo/hypercall.h>
#include <zendo/ip.h>
#include <zendo/kernel.h>
#include <zendo/net.h>
#include <zendo/page.h>
#include <zendo/pagetable.h>
#include <zendo/ring.h>
#include <zendo/share.h>
#include <zendo/smp.h>
#include <zendo/string.h>
#include <zendo/time.h>
#include <zendo/trap.h>
#include <zendo/user.h>
#include <zendo/xenbus.h>

#endif
