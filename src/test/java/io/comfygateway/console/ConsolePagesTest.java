package io.comfygateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.digest.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Which files the console has, and what a browser may do with them. */
class ConsolePagesTest {
  private static final Pattern IMPORT =
      Pattern.compile("(?:\\bfrom|\\bimport)\\s*\\(?\\s*[\"']([^\"'\\s]+)[\"']");
  private static final Pattern URL = Pattern.compile("(?:href|src)=\"(/console/[^\"]*)\"");
  private final ConsolePages pages = ConsolePages.shipped();

  private ServedFile file(String path) {
    return pages.find(path).orElseThrow(() -> new AssertionError("no file " + path));
  }

  private String text(String path) {
    return file(path).plain().toString();
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Test
  void the_policy_names_the_import_map_of_the_page() {
    String map = between(text("/"), "<script type=\"importmap\">", "</script>");

    assertThat(file("/").headers().get("Content-Security-Policy"))
        .contains("'sha256-" + Base64.getEncoder().encodeToString(Sha256.of(map)) + "'")
        .contains("require-trusted-types-for 'script'")
        .contains("trusted-types lit-html gateway")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
  }

  @Test
  void the_page_names_only_files_that_are_served() {
    Matcher urls = URL.matcher(text("/"));
    List<String> named = urls.results().map(url -> url.group(1)).toList();

    assertThat(named).contains("/console/app.js", "/console/app.css").allSatisfy(this::file);
  }

  @Test
  void every_module_finds_what_it_imports() {
    Map<String, String> imports = WebJars.imports();
    List<String> missing = new ArrayList<>();
    Stream.concat(
            WebJars.files().keySet().stream().map(name -> "/console/assets/" + name),
            PageFiles.all().keySet().stream().map(name -> "/console/" + name))
        .filter(path -> path.endsWith(".js"))
        .forEach(
            path ->
                IMPORT
                    .matcher(text(path))
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> pages.find(resolved(path, name, imports)).isEmpty())
                    .forEach(name -> missing.add(path + " imports " + name)));

    assertThat(missing).isEmpty();
  }

  private static String resolved(String path, String name, Map<String, String> imports) {
    if (name.startsWith(".")) {
      return java.net.URI.create(path).resolve(name).toString();
    }
    if (imports.containsKey(name)) {
      return "/console/assets/" + imports.get(name);
    }
    return imports.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("/") && name.startsWith(entry.getKey()))
        .map(
            entry ->
                "/console/assets/" + entry.getValue() + name.substring(entry.getKey().length()))
        .findFirst()
        .orElse(name);
  }

  @Test
  void libraries_may_be_kept_and_own_files_are_asked_for_again() {
    String lit = WebJars.imports().get("lit");

    assertThat(file("/console/assets/" + lit).headers())
        .containsEntry("Cache-Control", "public, max-age=31536000, immutable");
    assertThat(file("/console/app.js").headers()).containsEntry("Cache-Control", "no-cache");
  }

  @Test
  void files_of_libraries_that_are_not_needed_are_not_served() {
    String folder = WebJars.imports().get("lit/");

    assertThat(pages.find("/console/assets/" + folder + "index.js")).isPresent();
    assertThat(pages.find("/console/assets/" + folder + "package.json")).isEmpty();
    assertThat(pages.find("/console/assets/" + folder + "directives/unsafe-html.js")).isEmpty();
    assertThat(pages.find("/console/index.html")).isEmpty();
    assertThat(text("/console/assets/" + folder + "index.js")).doesNotContain("sourceMapping");
  }

  @Test
  void a_worker_may_connect_to_its_own_origin() {
    assertThat(file("/console/app.js").headers().get("Content-Security-Policy"))
        .contains("connect-src 'self'")
        .doesNotContain("sandbox");
  }

  @Test
  void the_zipped_form_is_the_same_file() throws IOException {
    ServedFile app = file("/console/app.js");

    byte[] unzipped =
        new GZIPInputStream(new ByteArrayInputStream(app.zipped().getBytes())).readAllBytes();

    assertThat(unzipped).isEqualTo(app.plain().getBytes());
    assertThat(app.entityTag(true)).isNotEqualTo(app.entityTag(false));
  }

  @Test
  void nothing_in_the_pages_writes_html_or_styles_as_text() {
    List<String> forbidden =
        List.of(
            "unsafeHTML",
            "unsafeSVG",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            " style=",
            "localStorage.setItem('key",
            "srcdoc");

    PageFiles.all()
        .forEach(
            (name, bytes) ->
                assertThat(new String(bytes, StandardCharsets.UTF_8))
                    .as(name)
                    .doesNotContain(forbidden));
  }
}
