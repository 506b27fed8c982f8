package io.comfygateway.extension;

import java.util.List;

/**
 * A library that a user added, with what it needs.
 *
 * @param files the names of the jars in the folder that it needs, its own first; another extension
 *     may need some of them too
 */
public record Extension(Coordinates coordinates, List<String> files) {}
