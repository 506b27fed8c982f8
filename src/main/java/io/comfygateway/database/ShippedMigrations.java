package io.comfygateway.database;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The migrations on the class path, read once. Flyway would look for each of them in every library,
 * twice at every start.
 */
final class ShippedMigrations implements ResourceProvider {
  private static final String FOLDER = "db/migration/";
  private static final List<LoadableResource> ALL = read();

  private static List<LoadableResource> read() {
    List<LoadableResource> found = new ArrayList<>();
    try {
      for (Resource file :
          new PathMatchingResourcePatternResolver().getResources("classpath:" + FOLDER + "*.sql")) {
        String name = Objects.requireNonNull(file.getFilename());
        found.add(new Migration(name, file.getContentAsString(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the migrations cannot be read", e);
    }
    return List.copyOf(found);
  }

  @Override
  public @Nullable LoadableResource getResource(String name) {
    return ALL.stream()
        .filter(file -> file.getRelativePath().equals(name))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
    return ALL.stream()
        .filter(
            file ->
                file.getFilename().startsWith(prefix)
                    && Arrays.stream(suffixes).anyMatch(file.getFilename()::endsWith))
        .toList();
  }

  private static final class Migration extends LoadableResource {
    private final String name;
    private final String text;

    Migration(String name, String text) {
      this.name = name;
      this.text = text;
    }

    @Override
    public Reader read() {
      return new StringReader(text);
    }

    @Override
    public String getAbsolutePath() {
      return FOLDER + name;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return FOLDER + name;
    }

    @Override
    public String getFilename() {
      return name;
    }

    @Override
    public String getRelativePath() {
      return name;
    }
  }
}
