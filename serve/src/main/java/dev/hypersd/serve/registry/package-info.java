/** The models, LoRAs and ControlNets that clients may name, and the files that the names stand for. */
@NullMarked
package dev.hypersd.serve.registry;

import org.jspecify.annotations.NullMarked;
