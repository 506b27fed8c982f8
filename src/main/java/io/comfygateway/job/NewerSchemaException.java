package io.comfygateway.job;

/** The tables are those of a newer version of the gateway, which this one cannot read. */
public final class NewerSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerSchemaException(String version) {
    super("the tables have version " + version + ", which this version does not know");
  }
}
