package dev.hypersd.serve.api;

import java.util.List;
import java.util.Map;

/** The fields of requests to draw that AUTOMATIC1111's API documents and this server does not carry out. */
final class Automatic1111Fields {
    /**
     * The fields, with the values that front ends send although nobody asked for anything. A strength without an
     * original picture and without a second pass has no effect in AUTOMATIC1111 either.
     */
    static final Map<String, List<Object>> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("restore_faces", List.of()),
            Map.entry("tiling", List.of()),
            Map.entry("subseed", List.of(-1)),
            Map.entry("subseed_strength", List.of()),
            Map.entry("seed_resize_from_h", List.of(-1)),
            Map.entry("seed_resize_from_w", List.of(-1)),
            Map.entry("seed_enable_extras", List.of(true)),
            Map.entry("s_churn", List.of()),
            Map.entry("s_min_uncond", List.of()),
            Map.entry("s_tmin", List.of()),
            Map.entry("s_tmax", List.of()),
            Map.entry("s_noise", List.of(1)),
            Map.entry("do_not_save_samples", List.of(true)),
            Map.entry("do_not_save_grid", List.of(true)),
            Map.entry("save_images", List.of()),
            Map.entry("refiner_checkpoint", List.of("None")),
            Map.entry("refiner_switch_at", List.of()),
            Map.entry("disable_extra_networks", List.of()),
            Map.entry("comments", List.of()),
            Map.entry("firstpass_image", List.of()),
            Map.entry("firstphase_width", List.of()),
            Map.entry("firstphase_height", List.of()),
            Map.entry("force_task_id", List.of()),
            Map.entry("script_name", List.of("None")),
            Map.entry("script_args", List.of()),
            Map.entry("denoising_strength", List.of(0, 1)),
            Map.entry("enable_hr", List.of()),
            Map.entry("init_images", List.of()),
            Map.entry("resize_mode", List.of()),
            Map.entry("inpainting_mask_invert", List.of()),
            Map.entry("mask", List.of()),
            Map.entry("hr_scale", List.of(1, 2)),
            Map.entry("hr_upscaler", List.of("None")),
            Map.entry("hr_second_pass_steps", List.of()),
            Map.entry("hr_resize_x", List.of()),
            Map.entry("hr_resize_y", List.of()),
            Map.entry("hr_checkpoint_name", List.of("Use same checkpoint")),
            Map.entry("hr_sampler_name", List.of("Use same sampler")),
            Map.entry("hr_scheduler", List.of("Use same scheduler", "Automatic")),
            Map.entry("hr_prompt", List.of()),
            Map.entry("hr_negative_prompt", List.of()),
            Map.entry("hr_cfg", List.of(1)),
            Map.entry("image_cfg_scale", List.of(1)),
            Map.entry("initial_noise_multiplier", List.of(1)),
            Map.entry("include_init_images", List.of()),
            Map.entry("latent_mask", List.of()),
            Map.entry("mask_blur", List.of(4)),
            Map.entry("mask_blur_x", List.of(4)),
            Map.entry("mask_blur_y", List.of(4)),
            Map.entry("mask_round", List.of(true)),
            Map.entry("inpainting_fill", List.of(1)),
            Map.entry("inpaint_full_res", List.of()),
            Map.entry("inpaint_full_res_padding", List.of(32)));

    private Automatic1111Fields() {}
}
