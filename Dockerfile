# The suite on the official Odoo image. Every service of docker-compose.yml but the
# database runs it, the pretend partners of the profile "demo" included.
FROM odoo:17.0

USER root

# queue_job goes in alone: what it names as needed includes Odoo, which is there as a
# Debian package.
COPY requirements.txt /opt/mfg/requirements.txt
RUN grep -v '^odoo-addon-' /opt/mfg/requirements.txt > /opt/mfg/libraries.txt \
    && grep '^odoo-addon-' /opt/mfg/requirements.txt > /opt/mfg/addons.txt \
    && pip3 install --no-cache-dir -r /opt/mfg/libraries.txt \
    && pip3 install --no-cache-dir --no-deps -r /opt/mfg/addons.txt

COPY --chown=odoo addons /mnt/extra-addons
COPY --chown=odoo odoo.conf /etc/odoo/odoo.conf
COPY --chown=odoo tests /opt/mfg/tests

# Here the pretend partners write down what they accepted.
RUN install -d -o odoo /var/lib/mfg-ledgers

USER odoo
WORKDIR /opt/mfg
