package io.comfygateway.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The libraries of the console, from their WebJars: an allow-list of their files, below a folder
 * with the version, so that a browser may keep them, and the import map that finds them.
 */
final class WebJars {
  private static final String FOLDER = "/META-INF/resources/webjars/";
  // Source maps are for developer tools and are not served.
  private static final Pattern SOURCE_MAP = Pattern.compile("\n//# sourceMappingURL=[^\n]*\n?");

  private static final List<String> DIRECTIVES =
      List.of(
          "cache",
          "choose",
          "class-map",
          "guard",
          "if-defined",
          "join",
          "keyed",
          "live",
          "map",
          "range",
          "ref",
          "repeat",
          "until",
          "when");

  private static final Map<String, List<String>> MODULES =
      Map.of(
          "lit",
          List.of("index.js", "directive.js", "async-directive.js", "directive-helpers.js"),
          "lit-html",
          List.of(
              "lit-html.js",
              "is-server.js",
              "directive.js",
              "async-directive.js",
              "directive-helpers.js",
              "directives/private-async-helpers.js"),
          "lit-element",
          List.of("lit-element.js"),
          "lit__reactive-element",
          List.of("reactive-element.js", "css-tag.js"),
          "uplot",
          List.of("dist/uPlot.esm.js", "dist/uPlot.min.css"));

  private WebJars() {}

  /** Every file by its path below {@code /console/assets/}, such as {@code lit/3.2.1/index.js}. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    MODULES.forEach((library, names) -> names.forEach(name -> add(files, library, name)));
    for (String directive : DIRECTIVES) {
      add(files, "lit", "directives/" + directive + ".js");
      add(files, "lit-html", "directives/" + directive + ".js");
    }
    return files;
  }

  private static void add(Map<String, byte[]> files, String library, String name) {
    String path = folder(library) + name;
    byte[] bytes = read(FOLDER + path);
    files.put(path, name.endsWith(".js") ? withoutSourceMap(bytes) : bytes);
  }

  private static byte[] withoutSourceMap(byte[] script) {
    return SOURCE_MAP
        .matcher(new String(script, StandardCharsets.UTF_8))
        .replaceAll("\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The import map: what a module imports, and the path below {@code /console/assets/} that it
   * gets. A library and its folder lead to the same files, or a browser would load them twice.
   */
  static Map<String, String> imports() {
    Map<String, String> imports = new LinkedHashMap<>();
    imports.put("lit", folder("lit") + "index.js");
    imports.put("lit/", folder("lit"));
    imports.put("lit-html", folder("lit-html") + "lit-html.js");
    imports.put("lit-html/", folder("lit-html"));
    imports.put("lit-element/", folder("lit-element"));
    imports.put("@lit/reactive-element", folder("lit__reactive-element") + "reactive-element.js");
    imports.put("@lit/reactive-element/", folder("lit__reactive-element"));
    imports.put("uplot", folder("uplot") + "dist/uPlot.esm.js");
    imports.put("uplot/", folder("uplot"));
    return imports;
  }

  /** The modules that every page needs, to be fetched at once. */
  static List<String> first() {
    return List.of(
        folder("lit") + "index.js",
        folder("lit-element") + "lit-element.js",
        folder("lit__reactive-element") + "reactive-element.js",
        folder("lit__reactive-element") + "css-tag.js",
        folder("lit-html") + "lit-html.js",
        folder("lit-html") + "is-server.js");
  }

  // The folder is named after the version, which only pom.xml should know.
  private static String folder(String library) {
    Properties properties = new Properties();
    String path = "/META-INF/maven/org.webjars.npm/" + library + "/pom.properties";
    try (InputStream in = WebJars.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: the WebJar of " + library);
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return library + "/" + properties.getProperty("version") + "/";
  }

  private static byte[] read(String resource) {
    try (InputStream in = WebJars.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
