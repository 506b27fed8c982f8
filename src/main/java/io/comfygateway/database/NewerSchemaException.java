package io.comfygateway.database;

/** A newer version of the gateway has migrated the tables; this one cannot read them. */
public final class NewerSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerSchemaException(String version) {
    super("the tables have version " + version + ", which this version does not know");
  }
}
