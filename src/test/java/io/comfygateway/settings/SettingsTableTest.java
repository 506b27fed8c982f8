package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.comfygateway.ProductClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of settings is whole, in itself and beside the routes and the code that use it. */
class SettingsTableTest {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(gateway\\.[^}:]+)");

  /** Read from the environment by the configuration of the log, before there are settings. */
  private static final Set<String> READ_BEFORE = Set.of("gateway.log.format");

  private static Collection<Setting<?>> all() {
    return SettingsTable.byName().values();
  }

  @Test
  void no_setting_and_no_variable_is_there_twice() {
    List<Setting<?>> listed =
        SettingsTable.GROUPS.stream().flatMap(group -> group.settings().stream()).toList();

    assertThat(listed).extracting(Setting::name).doesNotHaveDuplicates();
    assertThat(listed).extracting(Setting::variable).doesNotHaveDuplicates();
  }

  @Test
  void every_constant_is_listed_in_a_group() {
    List<String> constants = constants().map(JavaField::getFullName).toList();

    assertThat(constants).hasSameSizeAs(all());
  }

  @Test
  void every_setting_is_described_in_whole_sentences() {
    assertThat(all())
        .allSatisfy(
            setting ->
                assertThat(setting.sentence()).as(setting.name()).matches("(?s)[A-Z].{10,}\\."));
  }

  @Test
  void every_default_can_be_used() {
    assertThat(all())
        .allSatisfy(
            setting ->
                assertThat(
                        setting.parse(
                            Optional.of(setting.defaultText()).filter(text -> !text.isEmpty())))
                    .as(setting.name())
                    .isNotNull());
  }

  @Test
  void every_placeholder_of_a_route_is_a_setting() throws IOException {
    assertThat(SettingsTable.byName().keySet()).containsAll(placeholders());
  }

  @Test
  void every_setting_is_used() throws IOException {
    Set<String> unused = new TreeSet<>(SettingsTable.byName().keySet());
    unused.removeAll(placeholders());
    unused.removeAll(READ_BEFORE);
    unused.removeAll(readByCode());

    assertThat(unused).as("in the table, but neither the code nor a route reads it").isEmpty();
  }

  private static Set<String> placeholders() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Matcher matcher = PLACEHOLDER.matcher(Files.readString(file));
        while (matcher.find()) {
          names.add(matcher.group(1));
        }
      }
    }
    return names;
  }

  private static Stream<JavaField> constants() {
    return ProductClasses.ALL.stream()
        .filter(type -> type.getPackageName().equals("io.comfygateway.settings"))
        .flatMap(type -> type.getFields().stream())
        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
        .filter(field -> field.getRawType().isEquivalentTo(Setting.class));
  }

  // Where a rule compares a setting with others, nothing has come of its value yet.
  private static Set<String> readByCode() {
    List<String> read = new ArrayList<>();
    constants()
        .filter(
            field ->
                field.getAccessesToSelf().stream()
                    .map(access -> access.getOriginOwner())
                    .anyMatch(
                        by ->
                            !by.equals(field.getOwner()) && !by.isEquivalentTo(SettingRules.class)))
        .forEach(field -> read.add(named(field).name()));
    return read.stream().collect(Collectors.toSet());
  }

  private static Setting<?> named(JavaField field) {
    try {
      return (Setting<?>) field.reflect().get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.getFullName() + " cannot be read", e);
    }
  }
}
