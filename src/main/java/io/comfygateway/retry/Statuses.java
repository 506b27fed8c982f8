package io.comfygateway.retry;

import org.apache.camel.Header;

/** Lets a route compare the status of an HTTP answer with a setting that lists statuses. */
public final class Statuses {
  /**
   * Whether a status is in a list.
   *
   * @param list such as {@code 300-499,503}
   */
  public boolean has(String list, @Header("CamelHttpResponseCode") int status) {
    return StatusList.parse(list).contains(status);
  }
}
