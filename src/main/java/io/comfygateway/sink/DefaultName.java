package io.comfygateway.sink;

/**
 * A workflow or a key for whose jobs the file of destinations has defaults.
 *
 * @param field {@code workflows} or {@code keys}
 * @param line its line in the file
 */
record DefaultName(String field, String name, int line) {}
