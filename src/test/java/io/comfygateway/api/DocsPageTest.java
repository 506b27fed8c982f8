package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DocsPageTest {
  private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

  @Test
  void the_page_asks_for_the_contract_and_for_its_assets_and_for_nothing_else() throws IOException {
    Set<String> expected = new TreeSet<>(Set.of("/openapi.json"));
    DocsAssets.all().keySet().forEach(name -> expected.add("/docs/" + name));

    assertThat(references("/static/docs.html")).isEqualTo(expected);
    assertThat(text("/static/docs.js")).contains("url: \"/openapi.json\"").doesNotContain("://");
    assertThat(text("/static/docs.css")).doesNotContain("url(").doesNotContain("@import");
  }

  @Test
  void the_page_runs_under_a_policy_that_forbids_inline_scripts() throws IOException {
    assertThat(text("/static/docs.html"))
        .doesNotContainPattern("<script(?![^>]*src=)")
        .doesNotContain("<style")
        .doesNotContainPattern("\\sstyle=")
        .doesNotContainPattern("\\son[a-z]+=")
        .doesNotContain("javascript:");
  }

  @Test
  void each_asset_is_on_the_class_path() {
    assertThat(DocsAssets.all())
        .allSatisfy(
            (name, asset) ->
                assertThat(DocsPageTest.class.getResource(asset.resource())).as(name).isNotNull());
  }

  @Test
  void the_styles_of_swagger_ui_carry_their_pictures_with_them() throws IOException {
    String styles = text(DocsAssets.all().get("swagger-ui.css").resource());

    assertThat(styles).doesNotContain("@import").doesNotContainPattern("url\\([\"']?+(?!data:)");
  }

  private static Set<String> references(String resource) throws IOException {
    return REFERENCE
        .matcher(text(resource))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = DocsPageTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
