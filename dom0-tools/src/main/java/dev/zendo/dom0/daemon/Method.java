package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;

/** Something that the daemon can be asked for. Called by any number of threads at once. */
@FunctionalInterface
interface Method {
  /**
   * Does it.
   *
   * @return the answer
   * @throws dev.zendo.dom0.ToolException one line that says why not
   */
  JsonNode call(Call call) throws InterruptedException;
}
