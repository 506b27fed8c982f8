package io.comfygateway.webhook;

import java.util.List;

/** Says with which secrets a caller's callbacks are signed. */
public interface SigningSecrets {
  /** A caller's own secrets, the newest first; none where the gateway's own is used. */
  List<WebhookSecret> of(String owner);
}
