package io.comfygateway.demo;

import java.nio.file.Path;
import java.util.Map;

/**
 * The gateway of the demo.
 *
 * @param url its URL
 * @param server stops the gateway when it is closed
 */
public record RunningGateway(String url, AutoCloseable server) {

  /** Starts a gateway. */
  @FunctionalInterface
  public interface Start {
    /**
     * Starts a gateway, which serves when this returns.
     *
     * @param config the file of its settings
     * @param overrides values that replace those of the file, by name
     * @throws Exception where it does not start; nothing is left of it
     */
    RunningGateway with(Path config, Map<String, String> overrides) throws Exception;
  }
}
