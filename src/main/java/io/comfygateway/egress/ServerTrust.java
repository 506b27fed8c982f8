package io.comfygateway.egress;

import java.util.Optional;
import javax.net.ssl.SSLContext;

/** Which servers are trusted by other authorities than Java's own. */
public interface ServerTrust {
  /** Java's own authorities for every server. */
  ServerTrust STANDARD = (host, port) -> Optional.empty();

  /** What verifies a server; empty for Java's own authorities. */
  Optional<SSLContext> of(String host, int port);
}
