package io.comfygateway.egress;

import java.net.UnknownHostException;

/**
 * A host that resolves to an address to which no request may be sent. The message, which callers
 * read, does not name the address: that would answer questions about the gateway's network.
 */
public final class TargetRefusedException extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  public TargetRefusedException(String host) {
    super(
        "the host "
            + host
            + " resolves to an address that is not of the public internet; the operator can allow it"
            + " with GATEWAY_CALLBACK_ALLOW");
  }
}
