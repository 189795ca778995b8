"""Makes the cases of the SDXL refiner and of inpainting U-Nets, and their models.

    pip install diffusers transformers torch     (0.40 development version, 5.18, 2.13 on the CPU)
    python make.py

Models are tiny and random; every value is exact in half precision, in which they are stored. Noise is recorded in the order drawn.
"""

import json
import shutil
from pathlib import Path

import diffusers
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer

ROOT = Path(__file__).parent / "pipelines"
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
