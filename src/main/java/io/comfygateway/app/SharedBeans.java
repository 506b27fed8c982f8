package io.comfygateway.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.comfygateway.config.JsonLimits;
import io.comfygateway.database.Database;
import io.comfygateway.settings.Settings;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** What every other part is made from: the settings, the database, the clock and JSON. */
final class SharedBeans {
  private final Settings settings;
  private final Persistence persistence;
  private final InstantSource clock;
  // A history has the id of its prompt as a field name, so a table of names would only grow.
  private final ObjectMapper json =
      new ObjectMapper(
              JsonFactory.builder()
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .streamReadConstraints(JsonLimits.ofStored())
                  .build())
          .registerModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  SharedBeans(Settings settings, Persistence persistence, InstantSource time) {
    this.settings = settings;
    this.persistence = persistence;
    this.clock = () -> time.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  Settings settings() {
    return settings;
  }

  Persistence persistence() {
    return persistence;
  }

  Database database() {
    return persistence.database();
  }

  /**
   * The time in milliseconds, as the database keeps it: a job that was just stored looks the same
   * as one that is read again.
   */
  InstantSource clock() {
    return clock;
  }

  ObjectMapper json() {
    return json;
  }
}
