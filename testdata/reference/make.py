"""Makes the cases of the SDXL refiner and of inpainting U-Nets, and their models; the pictures of scheduler configurations; those of
further schedulers; and the case of FID's Inception network.

    pip install diffusers transformers torch scipy torchsde k-diffusion     (0.40 development version, 5.18, 2.13 on the CPU)
    pip install pytorch-fid torchvision                                     (0.3.0, 0.28)
    python make.py pipelines configurations schedulers inception

Models are tiny and random; every value is exact in half precision, in which they are stored. Noise is recorded in the order drawn.
"""

import json
import shutil
import sys
import zlib
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DEISMultistepScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
    UniPCMultistepScheduler,
    UNet2DConditionModel,
)
from diffusers.schedulers.scheduling_dpmsolver_sde import DPMSolverSDEScheduler
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer

ROOT = Path(__file__).parent / "pipelines"
SCORERS = Path(__file__).parent / "scorers"
PICTURES = ROOT / "sd15_inpaint_s0.5"
TOLERANCES = {name: {"atol": 0.0005, "rtol": 0.002} for name in ("expected.latents", "expected.image")}
PROMPT = "a photo of a small red cat sitting on a wooden table"


class Noise:
    """Stands in for the generator of every module, and remembers what it gave."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)
        self.drawn = []

    def __call__(self, shape, generator=None, device=None, dtype=None, layout=None):
        noise = torch.randn(tuple(shape), generator=self.generator)
        self.drawn.append(noise)
        return noise

    def record(self):
        for module in (
            diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint,
            diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl_img2img,
            diffusers.models.autoencoders.vae,
        ):
            module.randn_tensor = self
        return self


def random_weights(network, seed):
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        scale = 0.02 if parameter.dim() == 1 else 1.5 / parameter[0].numel() ** 0.5
        one = 1 if parameter.dim() == 1 and parameter.mean() > 0.5 else 0
        parameter.data = (one + scale * torch.randn(parameter.shape, generator=generator)).half().float()
    return network.eval()


def make_refiner():
    folder = ROOT / "models/sdxl-refiner"
    shutil.rmtree(folder, ignore_errors=True)
    sdxl = ROOT / "models/sdxl"
    encoder = CLIPTextModelWithProjection(
        CLIPTextConfig(vocab_size=719, hidden_size=32, intermediate_size=48, num_hidden_layers=3,
                       num_attention_heads=4, hidden_act="gelu", projection_dim=32,
                       bos_token_id=0, eos_token_id=2, pad_token_id=1))
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 8, 16, 16), norm_num_groups=4, layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(1, 2, 4, 4), transformer_layers_per_block=1, cross_attention_dim=32,
        use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=32 + 5 * 8)
    pipeline = StableDiffusionXLImg2ImgPipeline(
        vae=None, text_encoder=None, tokenizer=None, text_encoder_2=random_weights(encoder, 1).half(),
        tokenizer_2=CLIPTokenizer.from_pretrained(sdxl / "tokenizer_2"), unet=random_weights(unet, 2).half(),
        scheduler=EulerDiscreteScheduler.from_pretrained(sdxl / "scheduler"),
        requires_aesthetics_score=True, force_zeros_for_empty_prompt=False, add_watermarker=False)
    pipeline.save_pretrained(folder)
    shutil.rmtree(folder / "tokenizer_2")
    shutil.copytree(sdxl / "tokenizer_2", folder / "tokenizer_2")


def make_inpainting_unet():
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=9, block_out_channels=(8, 16), norm_num_groups=8, layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=4, cross_attention_dim=24)
    save_file({name: tensor.half().contiguous() for name, tensor in random_weights(unet, 3).state_dict().items()},
              ROOT / "models/unet-inpainting.safetensors", metadata={"format": "pt"})
    return unet


def scheduler(pipeline, kind, **overrides):
    pipeline.scheduler = kind.from_config({**pipeline.scheduler.config, **overrides})
    pipeline.set_progress_bar_config(disable=True)
    return {"class": kind.__name__, "overrides": overrides}


def write(name, description, tensors, **more):
    folder = ROOT / name
    folder.mkdir(exist_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "tensors.safetensors")
    case = {"kind": "pipeline", "name": name, "tests": description, **more, "tolerances": TOLERANCES}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def numbered(noise):
    return {f"noise.{i:02}": tensor for i, tensor in enumerate(noise.drawn)}


def refine(name, description, kind, overrides, share, shared, for_refiner):
    base = StableDiffusionXLPipeline.from_pretrained(ROOT / "models/sdxl", torch_dtype=torch.float32, add_watermarker=False)
    refiner = StableDiffusionXLImg2ImgPipeline.from_pretrained(ROOT / "models/sdxl-refiner", vae=base.vae, torch_dtype=torch.float32, add_watermarker=False)
    described = scheduler(base, kind, **overrides)
    scheduler(refiner, kind, **overrides)
    noise = Noise(len(name)).record()
    start = torch.randn((1, 4, 8, 8), generator=noise.generator)
    latents = base(**shared, latents=start, height=64, width=64, denoising_end=share, output_type="latent").images
    last = dict(**shared, **for_refiner, image=latents, denoising_start=share)
    tensors = {
        "input.latents": start,
        "expected.handed_over": latents,
        "expected.latents": refiner(**last, output_type="latent").images,
        "expected.image": refiner(**last, output_type="pt").images,
    }
    assert not noise.drawn
    write(name, description, tensors, pipeline="StableDiffusionXLPipeline, StableDiffusionXLImg2ImgPipeline",
          model="../models/sdxl", refiner={"path": "../models/sdxl-refiner", "from": share},
          call={**shared, **for_refiner, "height": 64, "width": 64}, scheduler=described)


def refine_picture():
    name = "sdxl_refiner_img2img"
    vae = AutoencoderKL.from_pretrained(ROOT / "models/sdxl/vae", torch_dtype=torch.float32)
    pipeline = StableDiffusionXLImg2ImgPipeline.from_pretrained(ROOT / "models/sdxl-refiner", vae=vae, torch_dtype=torch.float32, add_watermarker=False)
    described = scheduler(pipeline, EulerDiscreteScheduler)
    (ROOT / name).mkdir(exist_ok=True)
    shutil.copy(PICTURES / "input.png", ROOT / name / "input.png")
    call = dict(prompt=PROMPT, negative_prompt="blurry", num_inference_steps=6, strength=0.5, guidance_scale=2.0, clip_skip=1)
    picture = Image.open(ROOT / name / "input.png").convert("RGB")
    noise = Noise(7).record()
    latents = pipeline(**call, image=picture, output_type="latent").images
    tensors = {**numbered(noise), "expected.latents": latents}
    Noise(7).record()
    tensors["expected.image"] = pipeline(**call, image=picture, output_type="pt").images
    write(name, "the refiner as a model of its own, on a picture", tensors, pipeline="StableDiffusionXLImg2ImgPipeline",
          model="../models/sdxl-refiner", components={"vae": {"path": "../models/sdxl/vae"}}, call=call,
          inputs={"image": {"image": "input.png"}}, scheduler=described)


def inpaint(name, description, unet, kind, **call):
    pipeline = StableDiffusionInpaintPipeline.from_pretrained(ROOT / "models/sd15", unet=unet, torch_dtype=torch.float32, safety_checker=None)
    described = scheduler(pipeline, kind)
    folder = ROOT / name
    folder.mkdir(exist_ok=True)
    for picture in ("input.png", "mask.png"):
        shutil.copy(PICTURES / picture, folder / picture)
    call = {"prompt": PROMPT, "height": 64, "width": 64, **call}
    pictures = dict(image=Image.open(folder / "input.png").convert("RGB"), mask_image=Image.open(folder / "mask.png"))
    noise = Noise(len(name)).record()
    latents = pipeline(**call, **pictures, output_type="latent").images
    tensors = {**numbered(noise), "expected.latents": latents}
    Noise(len(name)).record()
    tensors["expected.image"] = pipeline(**call, **pictures, output_type="pt").images
    changed = ("in_channels", "block_out_channels", "layers_per_block", "down_block_types", "up_block_types",
               "norm_num_groups", "attention_head_dim")
    write(name, description, tensors, pipeline="StableDiffusionInpaintPipeline", model="../models/sd15",
          config_overrides={"unet": {key: unet.config[key] for key in changed}},
          single_file="../models/unet-inpainting.safetensors", call=call,
          inputs={"image": {"image": "input.png"}, "mask_image": {"image": "mask.png"}}, scheduler=described)


def pipelines():
    make_refiner()
    refine("sdxl_refiner", "the refiner draws the last steps", EulerDiscreteScheduler, {}, 0.6,
           dict(prompt=PROMPT, num_inference_steps=6, guidance_scale=2.0), {})
    refine("sdxl_refiner_micro_cond", "sizes, crops and aesthetic scores that the refiner is told", DDIMScheduler, {"clip_sample": False}, 0.5,
           dict(prompt=PROMPT, negative_prompt="blurry", num_inference_steps=6, guidance_scale=3.0,
                original_size=(80, 72), crops_coords_top_left=(4, 8), target_size=(64, 64),
                negative_original_size=(64, 64), negative_crops_coords_top_left=(2, 0), negative_target_size=(72, 64)),
           dict(aesthetic_score=4.5, negative_aesthetic_score=1.5))
    refine_picture()
    inpainting = make_inpainting_unet()
    inpaint("sd15_inpaint9_cfg", "inpainting U-Net of 9 channels, from pure noise, guided", inpainting, DDIMScheduler,
            num_inference_steps=4, guidance_scale=3.0, negative_prompt="blurry", strength=1.0, eta=0.0)
    inpaint("sd15_inpaint9_s0.5", "inpainting U-Net of 9 channels, strength 0.5", inpainting, EulerDiscreteScheduler,
            num_inference_steps=4, guidance_scale=0.0, strength=0.5)


SCHEDULERS = ROOT.parent / "schedulers"
SHAPE = (1, 4, 6, 8)
CONFIG = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
          "prediction_type": "epsilon", "steps_offset": 1}


class Recorder:
    """Random inputs of one trajectory, and what it gives, in F64 beside F32 to know how much rounding matters."""

    def __init__(self, name):
        self.generator = torch.Generator().manual_seed(sum(name.encode()))
        self.inputs = {"initial": self.random()}
        self.noises = 0

    def random(self):
        return torch.randn(SHAPE, generator=self.generator)

    def output(self, i):
        return self.inputs.setdefault(f"model_output_{i}", self.random())

    def noise(self, i):
        self.noises = max(self.noises, i + 1)
        return self.inputs.setdefault(f"noise_{i}", self.random())


def write_trajectory(name, description, scheduler, config, count, run, alphas_cumprod):
    recorder = Recorder(name)
    outputs = run(recorder, torch.float32)
    exact = run(recorder, torch.float64)
    rounding = max((outputs[key].double() - exact[key]).abs().max().item() for key in outputs if key.startswith("prev_sample"))
    assert rounding < 2e-4, (name, rounding)  # NaN is not below it
    outputs["alphas_cumprod"] = alphas_cumprod
    folder = SCHEDULERS / name
    folder.mkdir(exist_ok=True)
    tensors = {**{f"in.{key}": value for key, value in recorder.inputs.items()},
               **{f"out.{key}": value.float() for key, value in outputs.items()}}
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, folder / "tensors.safetensors")
    case = {"name": f"schedulers/{name}", "kind": "scheduler", "description": description,
            "args": {"scheduler": scheduler, "config": config, "set_timesteps": {"num_inference_steps": count}, "mode": "trajectory"},
            "tolerance": {"atol": max(1e-4, 4 * rounding), "rtol": 2e-4}, "expected": {"noises_consumed": recorder.noises}}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def trajectory(name, description, kind, count, named=None, is_scaled=False, made=None, **overrides):
    """A scheduler of diffusers, step by step; `named` is the name of the sampler where no configuration asks for it."""
    config = {**CONFIG, **overrides}

    def run(recorder, dtype):
        scheduler = made or kind.from_config(config)
        drawn = iter(range(1000))
        draw = lambda *_, **__: recorder.noise(next(drawn)).to(dtype)
        sys.modules[kind.__module__].randn_tensor = draw
        scheduler.set_timesteps(count)
        scheduler.noise_sampler = draw
        outputs = {"timesteps": scheduler.timesteps.clone(), "init_noise_sigma": torch.tensor([float(scheduler.init_noise_sigma)])}
        if is_scaled and kind != DPMSolverSDEScheduler:  # which evaluates between these
            outputs["sigmas"] = scheduler.sigmas.clone()
        sample = recorder.inputs["initial"].to(dtype) * float(scheduler.init_noise_sigma)
        for i, timestep in enumerate(scheduler.timesteps):
            if is_scaled:
                outputs[f"scaled_input_{i}"] = scheduler.scale_model_input(sample, timestep)
            step = scheduler.step(recorder.output(i).to(dtype), timestep, sample)
            sample = step.prev_sample.to(dtype)
            outputs[f"prev_sample_{i}"] = sample
            if is_scaled:
                outputs[f"pred_original_sample_{i}"] = step.pred_original_sample
        return outputs

    write_trajectory(name, description, named or kind.__name__, config, count, run, (made or kind.from_config(config)).alphas_cumprod)


def k_diffusion(name, description, function, sampler, count, is_karras=False):
    """A sampler of k-diffusion with given noise, at the sigmas of diffusers' schedule."""
    config = {**CONFIG, "use_karras_sigmas": is_karras}
    schedule = EulerDiscreteScheduler.from_config(config)
    schedule.set_timesteps(count)

    def run(recorder, dtype):
        seen, outputs = [], {"timesteps": schedule.timesteps.clone(), "sigmas": schedule.sigmas.clone(),
                             "init_noise_sigma": schedule.init_noise_sigma.reshape(1)}
        drawn = iter(range(1000))

        def model(x, sigma):
            seen.append(x)
            return x - sigma.reshape(-1, 1, 1, 1) * recorder.output(len(seen) - 1).to(dtype)

        last = function(model, recorder.inputs["initial"].to(dtype) * float(schedule.init_noise_sigma), schedule.sigmas.to(dtype), disable=True,
                        noise_sampler=lambda *_: recorder.noise(next(drawn)).to(dtype))
        for i, sample in enumerate([*seen[1:], last]):
            outputs[f"prev_sample_{i}"] = sample
        return outputs

    write_trajectory(name, description, sampler, config, count, run, schedule.alphas_cumprod)


class ShiftedLCMScheduler(LCMScheduler):
    """As NitroFusion's model card has it: the network is told shifted timesteps, and the noise is of those that are not."""

    shift = 250

    def set_timesteps(self, *args, **kwargs):
        super().set_timesteps(*args, **kwargs)
        self.whole = self.timesteps.clone()
        self.timesteps = self.shifted = (self.whole * self.shift / self.config.num_train_timesteps).long()

    def step(self, model_output, timestep, sample, generator=None, return_dict=True):
        if self.step_index is None:
            self._init_step_index(timestep)
        self.timesteps = self.whole
        result = super().step(model_output, timestep, sample, generator, return_dict)
        self.timesteps = self.shifted
        return result


def schedulers():
    from k_diffusion import sampling

    for kind, name, is_scaled in ((UniPCMultistepScheduler, "unipc", False), (DEISMultistepScheduler, "deis", False),
                                  (HeunDiscreteScheduler, "heun", True), (LMSDiscreteScheduler, "lms", True),
                                  (DPMSolverSDEScheduler, "dpmpp_sde", True)):
        trajectory(f"{name}_eps_8", f"{kind.__name__}, 8 steps", kind, 8, is_scaled=is_scaled)
        trajectory(f"{name}_karras_20", f"{kind.__name__}, 20 steps, Karras sigmas", kind, 20, is_scaled=is_scaled, use_karras_sigmas=True)
        trajectory(f"{name}_v_leading_6", f"{kind.__name__}, 6 steps, leading spacing, v-prediction", kind, 6, is_scaled=is_scaled,
                   timestep_spacing="leading", prediction_type="v_prediction")
        trajectory(f"{name}_trailing_1", f"{kind.__name__}, one step, trailing spacing", kind, 1, is_scaled=is_scaled, timestep_spacing="trailing")
    for order in (1, 3):
        trajectory(f"unipc_order{order}_10", f"UniPC of order {order}, 10 steps", UniPCMultistepScheduler, 10, solver_order=order)
        trajectory(f"deis_order{order}_16", f"DEIS of order {order}, 16 steps", DEISMultistepScheduler, 16, solver_order=order)
    # To sigma 0 the reference gives NaN with B(h) = h.
    trajectory("unipc_bh1_10", "UniPC with B(h) = h, of order 3", UniPCMultistepScheduler, 10, solver_order=3, solver_type="bh1",
               final_sigmas_type="sigma_min")
    trajectory("unipc_sigma_min_10", "UniPC to sigma_min, of full order in the last steps", UniPCMultistepScheduler, 10,
               lower_order_final=False, final_sigmas_type="sigma_min")
    # Of order 1, because the reference loses digits between sigmas of thousands; and only 5 steps, because with more of them the
    # first two timesteps are equal, of which the reference takes the second.
    for kind, name in ((UniPCMultistepScheduler, "unipc"), (DEISMultistepScheduler, "deis")):
        trajectory(f"{name}_karras_cosine_5", f"{kind.__name__}, 5 steps of order 1, Karras sigmas on the cosine schedule, v-prediction", kind, 5,
                   use_karras_sigmas=True, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction", solver_order=1)
    for order, function in ((2, sampling.sample_dpmpp_2m_sde), (3, sampling.sample_dpmpp_3m_sde)):
        k_diffusion(f"dpmpp_{order}m_sde_8", f"DPM++ {order}M SDE, 8 steps", function, f"dpmpp_{order}m_sde", 8)
        k_diffusion(f"dpmpp_{order}m_sde_karras_12", f"DPM++ {order}M SDE, 12 steps, Karras sigmas", function,
                    f"dpmpp_{order}m_sde_karras", 12, is_karras=True)
    for shift in (250, 500):
        for count in (1, 3, 4):
            made = ShiftedLCMScheduler.from_config({**CONFIG, "original_inference_steps": 4})
            made.shift = shift
            trajectory(f"lcm_shift{shift}_{count}", f"LCM with timesteps shifted to {shift}, as NitroSD is sampled", LCMScheduler, count,
                       named=f"lcm_shift_{shift}", made=made)
    trajectory("euler_sample_trailing_1", "Euler, one step of a network that predicts the sample, as SDXL-Lightning", EulerDiscreteScheduler, 1,
               is_scaled=True, timestep_spacing="trailing", prediction_type="sample")


# Scheduler configurations: name, model, class, what the configuration says beyond PUBLISHED, and the number of steps.
# Each value that a sampler accepts occurs, and those that correct each other (an old file in a Stable Diffusion 1 pipeline) too.
PUBLISHED = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
V = {"prediction_type": "v_prediction"}
SAMPLE = {"prediction_type": "sample"}
ZERO_SNR = {**V, "rescale_betas_zero_snr": True}
LEADING = {"timestep_spacing": "leading", "steps_offset": 1}
TRAILING = {"timestep_spacing": "trailing"}
LINSPACE = {"timestep_spacing": "linspace"}
KARRAS = {"use_karras_sigmas": True}
NO_CLIP = {"clip_sample": False}
PLMS = {"skip_prk_steps": True}
CONFIGURATIONS = [
    ("ddim_clip_missing", "sd15", "DDIM", {**LEADING, "set_alpha_to_one": False}, 6),
    ("ddim_clip_asked_for", "sd15", "DDIM", {**LEADING, "clip_sample": True}, 6),
    ("ddim_clip", "sdxl", "DDIM", {**LEADING, **V, "clip_sample": True, "clip_sample_range": 2.0}, 6),
    ("ddim_linear", "sdxl", "DDIM", {**LEADING, **NO_CLIP, "beta_schedule": "linear"}, 6),
    ("ddim_cosine", "sdxl", "DDIM", {**TRAILING, **V, **NO_CLIP, "beta_schedule": "squaredcos_cap_v2"}, 4),
    ("ddim_sample", "sdxl", "DDIM", {**LINSPACE, **SAMPLE, **NO_CLIP, "set_alpha_to_one": False}, 6),
    ("ddim_zero_snr", "sd15", "DDIM", {**TRAILING, **ZERO_SNR, **NO_CLIP}, 6),
    ("ddim_offset_0", "sdxl", "DDIM", {**LEADING, **NO_CLIP, "steps_offset": 0}, 1),
    ("pndm_old_offset_0", "sd15", "PNDM", {**LEADING, **PLMS, "steps_offset": 0, "set_alpha_to_one": False}, 6),
    ("pndm_v", "sd15", "PNDM", {**LEADING, **PLMS, **V}, 6),
    ("pndm_v_trailing", "sdxl", "PNDM", {**TRAILING, **PLMS, **V, "set_alpha_to_one": True}, 16),
    ("pndm_linspace", "sd15", "PNDM", {**LINSPACE, **PLMS}, 6),
    ("pndm_v_linspace", "sdxl", "PNDM", {**LINSPACE, **PLMS, **V, "set_alpha_to_one": True}, 6),
    ("pndm_two_steps", "sdxl", "PNDM", {**LINSPACE, **PLMS}, 2),
    ("euler_leading", "sdxl", "EulerDiscrete", LEADING, 6),
    ("euler_v", "sd15", "EulerDiscrete", {**LINSPACE, **V}, 6),
    ("euler_sample", "sdxl", "EulerDiscrete", {**TRAILING, **SAMPLE}, 6),
    ("euler_zero_snr", "sdxl", "EulerDiscrete", {**TRAILING, **ZERO_SNR}, 6),
    ("euler_karras", "sdxl", "EulerDiscrete", {**LINSPACE, **KARRAS, **V}, 16),
    ("euler_karras_cosine", "sdxl", "EulerDiscrete", {**TRAILING, **KARRAS, **V, "beta_schedule": "squaredcos_cap_v2"}, 6),
    ("euler_sigma_min", "sd15", "EulerDiscrete", {**LEADING, "final_sigmas_type": "sigma_min"}, 6),
    ("euler_ancestral", "sdxl", "EulerAncestralDiscrete", TRAILING, 6),
    ("euler_ancestral_v", "sd15", "EulerAncestralDiscrete", {**LEADING, **V}, 6),
    ("euler_ancestral_zero_snr", "sdxl", "EulerAncestralDiscrete", {**TRAILING, **ZERO_SNR}, 6),
    ("dpmpp_leading", "sdxl", "DPMSolverMultistep", LEADING, 6),
    ("dpmpp_v_long", "sd15", "DPMSolverMultistep", {**LINSPACE, **V}, 20),
    ("dpmpp_sample", "sdxl", "DPMSolverMultistep", {**TRAILING, **SAMPLE, "solver_type": "heun"}, 6),
    ("dpmpp_first_order", "sdxl", "DPMSolverMultistep", {**LINSPACE, "solver_order": 1}, 6),
    ("dpmpp_karras_v", "sdxl", "DPMSolverMultistep", {**LINSPACE, **KARRAS, **V}, 6),
    ("dpmpp_karras_cosine", "sdxl", "DPMSolverMultistep",
     {**LINSPACE, **KARRAS, **V, "beta_schedule": "squaredcos_cap_v2", "final_sigmas_type": "sigma_min"}, 6),
    ("dpmpp_second_order_end", "sd15", "DPMSolverMultistep",
     {**LEADING, "lower_order_final": False, "final_sigmas_type": "sigma_min"}, 6),
    ("dpmpp_euler_end", "sdxl", "DPMSolverMultistep",
     {**LEADING, "euler_at_final": True, "final_sigmas_type": "sigma_min"}, 16),
    ("dpmpp_zero_snr", "sdxl", "DPMSolverMultistep", {**TRAILING, **ZERO_SNR}, 6),
    ("unipc", "sd15", "UniPCMultistep", LINSPACE, 8),
    ("unipc_third_order_sample", "sdxl", "UniPCMultistep", {**LEADING, **SAMPLE, "solver_order": 3}, 8),
    ("unipc_bh1_v", "sd15", "UniPCMultistep", {**LINSPACE, **V, "solver_type": "bh1", "final_sigmas_type": "sigma_min"}, 8),
    ("unipc_karras_cosine", "sdxl", "UniPCMultistep", {**LINSPACE, **KARRAS, **V, "beta_schedule": "squaredcos_cap_v2"}, 5),
    ("unipc_zero_snr", "sdxl", "UniPCMultistep", {**TRAILING, **ZERO_SNR}, 6),
    ("deis", "sd15", "DEISMultistep", LINSPACE, 8),
    ("deis_karras_cosine", "sdxl", "DEISMultistep", {**LINSPACE, **KARRAS, **V, "beta_schedule": "squaredcos_cap_v2"}, 5),
    ("lms_leading", "sd15", "LMSDiscrete", LEADING, 8),
    ("lms_karras_v", "sdxl", "LMSDiscrete", {**LINSPACE, **KARRAS, **V}, 8),
    ("lms_sample", "sdxl", "LMSDiscrete", {**TRAILING, **SAMPLE}, 6),
    ("heun_leading", "sdxl", "HeunDiscrete", LEADING, 4),
    ("heun_karras_v", "sd15", "HeunDiscrete", {**LINSPACE, **KARRAS, **V}, 4),
    ("lcm", "sdxl", "LCM", {}, 4),
    ("lcm_v", "sd15", "LCM", {**V, "original_inference_steps": 100}, 4),
    ("lcm_sample_clip", "sdxl", "LCM", {**SAMPLE, "clip_sample": True, "timestep_scaling": 1.0}, 2),
    ("tcd", "sdxl", "TCD", {}, 4),
    ("tcd_zero_snr", "sd15", "TCD", ZERO_SNR, 4),
    ("tcd_sample", "sdxl", "TCD", {**SAMPLE, "set_alpha_to_one": True, "original_inference_steps": 100}, 6),
]


def scheduler_picture(name, model, kind, config, steps):
    config = {**PUBLISHED, **config}
    made = getattr(diffusers, kind + "Scheduler").from_config(config)
    few = kind in ("LCM", "TCD")
    call = dict(prompt="a red fox", num_inference_steps=steps, guidance_scale=1.0 if few else 5.0, height=64, width=64)
    if kind == "TCD":
        call["eta"] = 0.3
    folder = ROOT / "models" / model
    if model == "sd15":
        pipeline = StableDiffusionPipeline.from_pretrained(folder, scheduler=made, torch_dtype=torch.float32, safety_checker=None)
    else:
        pipeline = StableDiffusionXLPipeline.from_pretrained(folder, scheduler=made, torch_dtype=torch.float32, add_watermarker=False)
    pipeline.set_progress_bar_config(disable=True)
    case = ROOT.parent / "scheduler_pictures" / name
    case.mkdir(parents=True, exist_ok=True)
    pipeline(**call, generator=torch.Generator().manual_seed(3)).images[0].save(case / "picture.png", optimize=True)
    # Old files lack keys that today's have.
    said = config if "old" in name or "missing" in name else {k: v for k, v in made.config.items() if not k.startswith("_")}
    described = {"kind": "scheduler_picture", "name": name, "model": f"../../pipelines/models/{model}",
                 "scheduler": {"_class_name": kind + "Scheduler", **said}, "call": call, "seed": 3}
    (case / "case.json").write_text(json.dumps(described, indent=1) + "\n")


def configurations():
    for case in CONFIGURATIONS:
        scheduler_picture(*case)


def hashed(name, *shape):
    """Numbers from -1 to 1 that any language can compute: a hash of each element's number and of the tensor's name."""
    x = np.arange(np.prod(shape, dtype=np.int64), dtype=np.uint64) + np.uint64(zlib.crc32(name.encode()))
    x = x * np.uint64(2654435761) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    x = x * np.uint64(2246822519) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    return torch.from_numpy((x.astype(np.float64) / 2**31 - 1).astype(np.float32)).reshape(shape)


def hashed_weights(network):
    """A state of pytorch-fid's Inception in which activations keep their size."""
    state = network.state_dict()
    for name, tensor in state.items():
        if name.endswith("conv.weight"):
            state[name] = hashed(name, *tensor.shape) * float(np.float32((6 / tensor[0].numel()) ** 0.5))
        elif name.endswith(("bn.weight", "bn.running_var")):
            state[name] = 1 + hashed(name, *tensor.shape) * 0.5
        elif name.endswith(("bn.bias", "bn.running_mean")):
            state[name] = hashed(name, *tensor.shape) * 0.125
    return state


def inception():
    """Features of FID's Inception, of small pictures and of a picture that is resized as clean-fid does it."""
    from pytorch_fid import inception as fid

    fid.load_state_dict_from_url = lambda *_, **__: hashed_weights(
        fid._inception_v3(num_classes=1008, aux_logits=False, weights=None))
    network = fid.InceptionV3(resize_input=False, normalize_input=False).eval()
    picture = np.asarray(Image.open(SCORERS / "clip_score" / "image0.png").convert("RGB"))
    channels = [Image.fromarray(picture[:, :, c].astype(np.float32), mode="F") for c in range(3)]
    resized = [np.asarray(c.resize((299, 299), Image.BICUBIC)).clip(0, 255) for c in channels]
    pixels = torch.from_numpy(np.stack(resized))[None]
    with torch.no_grad():
        tensors = {
            "expected.small": network(hashed("pixels", 2, 3, 96, 96))[0].flatten(1),
            "expected.pixels": pixels[:, :, ::13, ::13].contiguous(),
            "expected.features": network((pixels - 128) / 128)[0].flatten(1),
        }
    folder = SCORERS / "inception"
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "tensors.safetensors")
    tests = ("FID's Inception with hashed weights (make.py): pictures of 96x96 from -1 to 1, and a picture resized to 299x299"
             " as clean-fid does it (floating point, bicubic, clipped; every 13th pixel is stored), (x - 128) / 128")
    case = {"kind": "inception", "tests": tests, "images": ["../clip_score/image0.png"], "name": "inception",
            "tolerances": {name: {"rtol": 1e-4, "atol": 1e-4} for name in tensors}, "files": ["tensors.safetensors"]}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


if __name__ == "__main__":
    for part in sys.argv[1:]:
        {"pipelines": pipelines, "configurations": configurations, "schedulers": schedulers, "inception": inception}[part]()
