package io.comfygateway.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.tooling.model.ArtifactModel;
import org.junit.jupiter.api.Test;

class CamelPartsTest {
  private final CamelParts parts = CamelParts.shipped();

  @Test
  void the_list_is_that_of_Camels_own_catalog() {
    CamelCatalog catalog = new DefaultCamelCatalog();
    List<CamelParts.Part> expected = new ArrayList<>();
    catalog
        .findComponentNames()
        .forEach(name -> expected.add(part("component", name, catalog.componentModel(name))));
    catalog
        .findLanguageNames()
        .forEach(name -> expected.add(part("language", name, catalog.languageModel(name))));
    catalog
        .findDataFormatNames()
        .forEach(name -> expected.add(part("dataformat", name, catalog.dataFormatModel(name))));
    catalog
        .findOtherNames()
        .forEach(name -> expected.add(part("other", name, catalog.otherModel(name))));
    expected.removeIf(part -> part.library().startsWith("camel-test"));

    assertThat(parts.all()).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static CamelParts.Part part(String kind, String name, ArtifactModel<?> model) {
    return new CamelParts.Part(kind, name, model.getArtifactId());
  }

  @Test
  void a_component_that_is_in_a_library_of_another_name_is_found() {
    assertThat(parts.library("component", "sftp")).contains("camel-ftp");
    assertThat(parts.suggestion("camel-sftp")).isEqualTo("; did you mean \"camel-ftp\"?");
    assertThat(parts.suggestion("kafak")).isEqualTo("; did you mean \"camel-kafka\"?");
    assertThat(parts.suggestion("camel-0123456789")).isEmpty();
  }
}
