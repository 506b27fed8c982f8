/**
 * Files that an operator writes: values of YAML with their lines, faults with file, line and
 * remedy, and how a changed file is noticed. The ways in are {@link YamlReader} and {@link
 * FileFault}. It knows no other package, and nothing of what the files are for.
 */
@NullMarked
package io.comfygateway.config;

import org.jspecify.annotations.NullMarked;
