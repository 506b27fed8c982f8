package io.comfygateway;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

public final class Gateway {
  public static void main(String[] args) throws Exception {
    GatewayServer s =
        new GatewayServer(
            Settings.read(Path.of("config/application.properties"), Map.of()),
            InstantSource.system());
    s.start();
    System.out.println("started " + s.baseUrl());
    Thread.currentThread().join();
  }
}
