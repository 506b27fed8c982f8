package io.comfygateway.web;

import java.util.Map;

/** The files of the docs page: the page's own script, and Swagger UI's from its WebJar. */
public final class DocsAssets {
  private DocsAssets() {}

  /** Every file by the name under which {@code /docs/{asset}} serves it. */
  public static Map<String, Pages.Asset> all() {
    return Map.of();
  }
}
