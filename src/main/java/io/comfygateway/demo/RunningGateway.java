package io.comfygateway.demo;

import java.nio.file.Path;
import java.util.Map;

/**
 * The gateway that the demo shows.
 *
 * @param url where it serves
 * @param server closing it stops the gateway
 */
public record RunningGateway(String url, AutoCloseable server) {

  /** How a gateway is started. */
  @FunctionalInterface
  public interface Start {
    /**
     * Starts a gateway; when this returns, it serves.
     *
     * @param config the file of its settings
     * @param overrides what is set otherwise, by name
     * @throws Exception where it does not start; nothing of it is left then
     */
    RunningGateway with(Path config, Map<String, String> overrides) throws Exception;
  }
}
