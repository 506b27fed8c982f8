package io.comfygateway.webhook;

import java.time.InstantSource;
import java.util.List;

/** Signs each caller's callbacks with its own secrets, or with the gateway's where it has none. */
public final class CallbackSigners {
  private final SigningSecrets callers;
  private final List<WebhookSecret> gatewaysOwn;
  private final InstantSource clock;

  /**
   * Makes the signers.
   *
   * @param gatewaysOwn at least one; the first is the newest
   */
  public CallbackSigners(
      SigningSecrets callers, List<WebhookSecret> gatewaysOwn, InstantSource clock) {
    this.callers = callers;
    this.gatewaysOwn = List.copyOf(gatewaysOwn);
    this.clock = clock;
  }

  /** What signs the callbacks of an owner's jobs now. */
  public WebhookSigner of(String owner) {
    List<WebhookSecret> own = callers.of(owner);
    return new WebhookSigner(own.isEmpty() ? gatewaysOwn : own, clock);
  }
}
