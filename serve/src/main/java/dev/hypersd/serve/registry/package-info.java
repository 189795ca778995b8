/** The registry of models, LoRAs and ControlNets, which resolves the names that clients use to files. */
@NullMarked
package dev.hypersd.serve.registry;

import org.jspecify.annotations.NullMarked;
