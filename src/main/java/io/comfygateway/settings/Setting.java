package io.comfygateway.settings;

import java.util.Locale;
import java.util.Optional;

/**
 * One setting of the gateway.
 *
 * @param name such as {@code gateway.port}
 * @param variable the environment variable that overrides the default, such as {@code GATEWAY_PORT}
 * @param type how its text becomes a value
 * @param defaultText the value that ships with the gateway, as it is written; empty for none
 * @param sentence what it is for, for operators
 * @param secret whether no message may repeat its value
 */
public record Setting<T>(
    String name,
    String variable,
    SettingType<T> type,
    String defaultText,
    String sentence,
    boolean secret) {

  /** A setting whose environment variable has the same name: {@code gateway.a-b.c-d} and so on. */
  static <T> Setting<T> of(String name, SettingType<T> type, String defaultText, String sentence) {
    String variable = name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    return new Setting<>(name, variable, type, defaultText, sentence, false);
  }

  /** The same with another environment variable. */
  Setting<T> readFrom(String otherVariable) {
    return new Setting<>(name, otherVariable, type, defaultText, sentence, secret);
  }

  /** The same as a secret. */
  Setting<T> asSecret() {
    return new Setting<>(name, variable, type, defaultText, sentence, true);
  }

  /** Its line in {@code config/application.properties}. */
  public String line() {
    return name + "={{env:" + variable + ":" + defaultText + "}}";
  }

  /**
   * The value of a text.
   *
   * @param text empty if the setting is left empty
   * @throws IllegalArgumentException if it cannot be used; the message says why, and repeats no
   *     secret
   */
  T parse(Optional<String> text) {
    return text.map(type.parser())
        .or(type::whenEmpty)
        .orElseThrow(() -> new IllegalArgumentException("it is empty"));
  }
}
