package dev.zendo.dom0.config;

import dev.zendo.dom0.ToolException;

/** A configuration that cannot be used; the message names the place. */
public final class ConfigException extends ToolException {
  private static final long serialVersionUID = 1L;

  /**
   * One line.
   *
   * @param place file and line, or where else the text comes from
   */
  ConfigException(String place, String what) {
    super(place + ": " + what);
  }
}
