package io.comfygateway.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/** The files of the docs page: the page's own script, and Swagger UI's from its WebJar. */
public final class DocsAssets {
  private static final String CSS = "text/css; charset=utf-8";
  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
  private static final String WEBJAR = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  private DocsAssets() {}

  /** Every file by the name under which {@code /docs/{asset}} serves it. */
  public static Map<String, PagesApi.Asset> all() {
    String webjar = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";
    return Map.of(
        "docs.css", new PagesApi.Asset("/static/docs.css", CSS),
        "docs.js", new PagesApi.Asset("/static/docs.js", JAVASCRIPT),
        "swagger-ui.css", new PagesApi.Asset(webjar + "swagger-ui.css", CSS),
        "swagger-ui-bundle.js", new PagesApi.Asset(webjar + "swagger-ui-bundle.js", JAVASCRIPT),
        "favicon-32x32.png", new PagesApi.Asset(webjar + "favicon-32x32.png", "image/png"));
  }

  // The folder is named after the version, which only pom.xml should know.
  private static String version() {
    try (InputStream in = DocsAssets.class.getResourceAsStream(WEBJAR)) {
      if (in == null) {
        throw new IllegalStateException("Swagger UI's WebJar is not on the class path");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
