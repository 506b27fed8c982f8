package io.comfygateway.route;

import java.time.Duration;

/** The requests from outside, as far as an exchange of routes has to do with them. */
public interface Requests {

  /**
   * Has those that come wait, and waits until those that are being handled are done.
   *
   * @param atMost how long it waits for these
   * @return false where some were still being handled when the time was over
   */
  boolean pause(Duration atMost);

  /** Ends one pause; after the last one, those that wait go on. */
  void resume();
}
