package io.comfygateway.settings;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How the text of a setting becomes a value.
 *
 * @param name what it is, with the unit of a number: {@code milliseconds}, {@code URL}
 * @param range which values are possible, such as {@code 1 to 1000}; empty if the name says it
 * @param parser makes the value; throws an {@link IllegalArgumentException} that says what is wrong
 *     with the text
 * @param whenEmpty the value of an empty setting; empty if the setting needs a value
 */
public record SettingType<T>(
    String name, String range, Function<String, T> parser, Optional<T> whenEmpty) {

  /** A type whose setting needs a value. */
  static <T> SettingType<T> required(String name, Function<String, T> parser) {
    return new SettingType<>(name, "", parser, Optional.empty());
  }

  /** A type whose setting may be left empty. */
  static <T> SettingType<Optional<T>> optional(String name, Function<String, T> parser) {
    return new SettingType<>(
        name, "", text -> Optional.of(parser.apply(text)), Optional.of(Optional.empty()));
  }

  /** A check as a parser: the value is the text itself. */
  static Function<String, String> checked(Consumer<String> check) {
    return text -> {
      check.accept(text);
      return text;
    };
  }

  /** The same type with another value for an empty setting. */
  SettingType<T> orWhenEmpty(T value) {
    return new SettingType<>(name, range, parser, Optional.of(value));
  }

  /** The type and the range in a few words: {@code milliseconds, 1 to 1000}. */
  String words() {
    return name + (range.isEmpty() ? "" : ", " + range);
  }
}
